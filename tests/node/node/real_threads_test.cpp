// Four nodes on OS threads and loopback sockets finalize together, with time running faster than outside.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "author.h"
#include "fast_sync.h"
#include "node/node/node.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/real/system_clock.h"
#include "node/real/system_random.h"
#include "node/real/tcp_transport.h"

namespace lockstep::node {
namespace {

/// Both clocks of the system, running several times as fast since the moment of construction.
class FastClock final : public runtime::Clock {
 public:
  static constexpr std::int64_t kSpeed = 4;

  [[nodiscard]] base::Instant now() const override { return start_ + (real_.now() - start_) * kSpeed; }
  [[nodiscard]] base::WallTime wall() const override {
    return {wall_start_.nanoseconds + ((real_.now() - start_) * kSpeed).count()};
  }
  /// The same moment on the system's clock.
  [[nodiscard]] base::Instant real_time(base::Instant fast) const {
    return start_ + (fast - start_) / kSpeed;
  }
  [[nodiscard]] base::WallTime wall_start() const { return wall_start_; }

 private:
  real::SystemClock real_;
  base::Instant start_ = real_.now();
  base::WallTime wall_start_ = real_.wall();
};

/// A transport whose deadlines are on the fast clock.
class FastTransport final : public runtime::Transport {
 public:
  FastTransport(runtime::Transport& slow, const FastClock& clock) : slow_(slow), clock_(clock) {}
  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override {
    return slow_.send(peer, std::move(frame));
  }
  void disconnect(runtime::PeerId peer) override { slow_.disconnect(peer); }
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    return slow_.receive(clock_.real_time(deadline));
  }
  void interrupt() override { slow_.interrupt(); }

 private:
  runtime::Transport& slow_;
  const FastClock& clock_;
};

/// Counts from another thread what the node finalizes.
class FinalityWatch final : public chain::Events {
 public:
  void finalized_changed(const chain::CheckpointChanged& change) override {
    finalized = change.new_checkpoint.slot.value;
  }
  void duty_skipped(const chain::DutySkipped& skipped) override {
    refused +=
        skipped.reason == chain::DutySkip::kRefused || skipped.reason == chain::DutySkip::kProvingFailed;
  }
  void block_handled(const chain::BlockHandled& block) override {
    refused += block.outcome == chain::BlockOutcome::kRejected;
  }
  std::atomic<std::uint64_t> finalized = 0;
  std::atomic<int> refused = 0;
};

struct Party {
  std::unique_ptr<real::TcpTransport> tcp;
  std::unique_ptr<FastTransport> transport;
  real::SystemRandom random;
  real::StopwatchMeter meter;
  FinalityWatch watch;
  std::unique_ptr<Node> node;
};

class RealThreads : public testing::Test {
 protected:
  void start(std::size_t count) {
    const auto genesis = static_cast<std::uint64_t>(clock.wall_start().milliseconds() / 1000) + 2;
    const auto anchor = keys.anchor(genesis);
    for (std::size_t i = 0; i < count; ++i) {
      auto party = std::make_unique<Party>();
      real::TcpOptions options{.network = "test", .listen = "127.0.0.1:0", .dial = {}};
      for (const auto& other : parties) {
        options.dial.push_back("127.0.0.1:" + std::to_string(other->tcp->listen_port()));
      }
      party->tcp = *real::TcpTransport::open(options);
      party->transport = std::make_unique<FastTransport>(*party->tcp, clock);
      Config config{.anchor = anchor, .validators = keys.own(i, 1), .is_aggregator = i == 0};
      party->node = std::make_unique<Node>(runtime::Runtime{.clock = clock,
                                                            .scheduler = scheduler,
                                                            .sync = &sync,
                                                            .transport = *party->transport,
                                                            .random = party->random,
                                                            .meter = party->meter},
                                           keys.scheme, keys.prover, party->watch, std::move(config));
      parties.push_back(std::move(party));
    }
    for (const auto& party : parties) {
      party->node->start();
    }
  }

  const test::Keys keys{4};
  FastClock clock;
  real::OsScheduler scheduler;
  test::FastSync sync{[this](base::Instant fast) { return clock.real_time(fast); }};
  std::vector<std::unique_ptr<Party>> parties;
};

TEST_F(RealThreads, four_nodes_finalize_and_agree) {
  constexpr std::uint64_t kGoal = 3;
  start(4);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto all_reached = [&] {
    for (const auto& party : parties) {
      if (party->watch.finalized < kGoal) {
        return false;
      }
    }
    return true;
  };
  while (!all_reached() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  for (const auto& party : parties) {
    party->node->stop();
    party->node->stop();
    EXPECT_GE(party->watch.finalized, kGoal);
    EXPECT_EQ(party->watch.refused, 0);
    EXPECT_EQ(party->node->status().finalized.slot.value, party->watch.finalized);
  }
}

TEST_F(RealThreads, a_node_can_be_stopped_at_once_and_be_destroyed_without_ever_having_run) {
  start(1);
  parties[0]->node->stop();
  EXPECT_EQ(parties[0]->node->status().head.slot, spec::Slot(0));
  const auto before = parties[0]->node->status();
  parties[0]->node.reset();
  EXPECT_EQ(before.finalized.slot, spec::Slot(0));
}

}  // namespace
}  // namespace lockstep::node
