// lockstep-ticks: how late a node's slot ticks come on OS threads while a peer pours votes upon it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "node/crypto/binding_prover.h"
#include "node/node/node.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/real/system_clock.h"
#include "node/real/system_random.h"
#include "node/real/tcp_transport.h"
#include "node/spec/slot_clock.h"
#include "tools/latency/flood_votes.h"

namespace lockstep::latency {
namespace {

using namespace std::chrono_literals;

constexpr int kUsage = 2;
constexpr const char* kNetwork = "ticks";
/// Who proposes and votes: the first validators, one slot after the other. The others exist in the flood
/// only.
constexpr std::size_t kHonest = 64;
/// The flood begins at this slot; ticks before it are not counted.
constexpr std::uint64_t kFirstSlot = 3;

struct Options {
  FloodPlan flood;
  std::uint64_t seconds = 30;
  bool chain_worker = true;
  bool aggregator_thread = true;
  std::uint64_t seed = 1;
};

/// Notes how late ticks come, and what becomes of votes.
class Watch final : public chain::Events {
 public:
  void tick_happened(const chain::TickHappened& tick) override {
    const std::lock_guard lock(mutex_);
    if (tick.interval.value < kFirstSlot * spec::INTERVALS_PER_SLOT) {
      return;
    }
    // Intervals that were jumped over are as late as they are old.
    for (std::uint64_t i = 0; i <= tick.skipped; ++i) {
      lateness_.push_back(tick.lateness + i * base::Duration(800ms));
    }
  }
  void vote_handled(const chain::VoteHandled& vote) override {
    votes += vote.origin == chain::Origin::kGossip ? 1 : 0;
    accepted += vote.outcome == chain::VoteOutcome::kAccepted ? 1 : 0;
  }
  void head_changed(const chain::HeadChanged& head) override { head_slot = head.new_head.slot.value; }
  void message_dropped(const chain::MessageDropped& dropped) override {
    const std::lock_guard lock(mutex_);
    ++drops_[std::string(to_string(dropped.reason))];
  }
  void gossip_counted(const chain::GossipCounted& counted) override {
    gossip_messages = counted.messages;
    gossip_duplicates = counted.duplicates;
  }
  void peer_changed(const chain::PeerChanged& change) override { lost_peers += change.connected ? 0 : 1; }

  [[nodiscard]] std::vector<base::Duration> sorted() const {
    const std::lock_guard lock(mutex_);
    std::vector<base::Duration> out = lateness_;
    std::ranges::sort(out);
    return out;
  }

  [[nodiscard]] std::map<std::string, std::uint64_t> drops() const {
    const std::lock_guard lock(mutex_);
    return drops_;
  }

  std::atomic<std::uint64_t> gossip_messages = 0;
  std::atomic<std::uint64_t> gossip_duplicates = 0;
  std::atomic<std::uint64_t> votes = 0;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> head_slot = 0;
  std::atomic<std::uint64_t> lost_peers = 0;

 private:
  mutable std::mutex mutex_;
  std::vector<base::Duration> lateness_;
  std::map<std::string, std::uint64_t> drops_;
};

/// A node with the seams of the operating system.
struct RealNode {
  RealNode(const Keys& keys, const crypto::BindingProver& prover, const std::string& dial,
           node::Config config)
      : tcp(*real::TcpTransport::open(
            {.network = kNetwork,
             .listen = "127.0.0.1:0",
             .dial = dial.empty() ? std::vector<std::string>{} : std::vector<std::string>{dial}})),
        node({.clock = clock,
              .scheduler = scheduler,
              .sync = nullptr,
              .transport = *tcp,
              .random = random,
              .meter = meter},
             keys.scheme(), prover, watch, std::move(config)) {}
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(tcp->listen_port()); }

  real::SystemClock clock;
  real::OsScheduler scheduler;
  real::SystemRandom random;
  real::StopwatchMeter meter;
  Watch watch;
  std::unique_ptr<real::TcpTransport> tcp;
  node::Node node;
};

/// Sends the frames evenly from `begin` on to whoever answers at `address`, and hears whatever comes.
class Shouter {
 public:
  Shouter(const std::string& address, const std::vector<runtime::Frame>& frames, base::WallTime begin,
          base::Duration apart)
      : tcp_(*real::TcpTransport::open({.network = kNetwork, .listen = {}, .dial = {address}})),
        thread_([this, &frames, begin, apart] { shout(frames, begin, apart); }) {}
  ~Shouter() { thread_.join(); }
  Shouter(const Shouter&) = delete;
  Shouter& operator=(const Shouter&) = delete;

  std::atomic<std::uint64_t> sent = 0;

 private:
  void shout(const std::vector<runtime::Frame>& frames, base::WallTime begin, base::Duration apart) {
    const base::Instant start = clock_.now() + base::Duration(begin.nanoseconds - clock_.wall().nanoseconds);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const base::Instant due = start + apart * static_cast<std::int64_t>(i);
      while (clock_.now() < due) {
        if (const auto event = tcp_->receive(due)) {
          if (const auto* connected = std::get_if<runtime::PeerConnected>(&*event)) {
            peer_ = connected->peer;
          }
        }
      }
      if (peer_ && tcp_->send(*peer_, frames[i]) == runtime::SendOutcome::kQueued) {
        ++sent;
      }
    }
  }

  real::SystemClock clock_;
  std::unique_ptr<real::TcpTransport> tcp_;
  std::optional<runtime::PeerId> peer_;
  std::thread thread_;
};

double milliseconds(base::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

nlohmann::ordered_json report(const Options& options, const Watch& watch, std::uint64_t sent) {
  const std::vector<base::Duration> late = watch.sorted();
  const auto at = [&](std::size_t permille) {
    return late.empty() ? 0.0 : milliseconds(late[(late.size() * permille + 999) / 1000 - 1]);
  };
  return {{"messages", options.flood.per_interval},
          {"chain_worker", options.chain_worker},
          {"aggregator_thread", options.aggregator_thread},
          {"ticks", late.size()},
          {"tick_lateness_ms", {{"p50", at(500)}, {"p99", at(990)}, {"p999", at(999)}, {"max", at(1000)}}},
          {"sent", sent},
          {"votes_handled", watch.votes.load()},
          {"votes_accepted", watch.accepted.load()},
          {"gossip_messages", watch.gossip_messages.load()},
          {"gossip_duplicates", watch.gossip_duplicates.load()},
          {"dropped", watch.drops()},
          {"head_slot", watch.head_slot.load()},
          {"lost_peers", watch.lost_peers.load()}};
}

int run(const Options& options) {
  const auto interval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  FloodPlan plan = options.flood;
  plan.network = kNetwork;
  plan.first_interval = kFirstSlot * spec::INTERVALS_PER_SLOT;
  plan.intervals = static_cast<std::uint64_t>(std::chrono::seconds(options.seconds) / interval);
  // Enough for the valid votes of a slot, which are a few more in one than in another.
  const std::size_t voters =
      plan.per_interval * spec::INTERVALS_PER_SLOT * (100 - plan.unknown_percent) / 100 * 5 / 4 + kHonest;
  const Keys keys(std::min<std::size_t>(voters, 4096), kHonest, options.seed);
  const crypto::BindingProver prover(keys.scheme());
  // Votes speak of the genesis block, which depends on its time: that must leave room for signing.
  const real::SystemClock clock;
  const auto signing = std::chrono::microseconds(200) * (plan.intervals * plan.per_interval);
  const auto genesis_time =
      static_cast<std::uint64_t>(clock.wall().milliseconds() / 1000) + 3 +
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(signing).count());
  const auto anchor = keys.anchor(genesis_time);
  const std::vector<runtime::Frame> frames = make_flood(keys, *anchor, plan);
  const spec::SlotClock slots(genesis_time);
  const base::WallTime begin = slots.start_of(spec::Interval(plan.first_interval));
  if (clock.wall() > slots.start_of(spec::Interval(0))) {
    fmt::print(stderr, "lockstep-ticks: signing took too long; ask for fewer votes or seconds\n");
    return 1;
  }
  RealNode subject(keys, prover, "",
                   {.anchor = anchor,
                    .validators = keys.own(0, 1),
                    .is_aggregator = true,
                    .chain_worker = options.chain_worker,
                    .aggregator_thread = options.aggregator_thread,
                    .network_name = kNetwork});
  RealNode others(keys, prover, subject.address(),
                  {.anchor = anchor,
                   .validators = keys.own(1, kHonest - 1),
                   .is_aggregator = false,
                   .chain_worker = options.chain_worker,
                   .aggregator_thread = options.aggregator_thread,
                   .network_name = kNetwork});
  subject.node.start();
  others.node.start();
  std::uint64_t sent = 0;
  {
    Shouter shouter(subject.address(), frames, begin,
                    base::Duration(interval) / static_cast<std::int64_t>(plan.per_interval));
    std::this_thread::sleep_for(base::Duration(begin.nanoseconds - clock.wall().nanoseconds) +
                                plan.intervals * interval);
    sent = shouter.sent;
  }
  subject.node.stop();
  others.node.stop();
  fmt::print("{}\n", report(options, subject.watch, sent).dump());
  return 0;
}

}  // namespace
}  // namespace lockstep::latency

int main(int argc, char** argv) {
  using namespace lockstep::latency;
  Options options;
  CLI::App app(
      "Runs a node on OS threads for a while, pours votes with real XMSS signatures upon it, and says in "
      "JSON how late its slot ticks came.",
      "lockstep-ticks");
  app.add_option("--messages", options.flood.per_interval, "votes per interval")
      ->check(CLI::Range(1, 2000))
      ->capture_default_str();
  app.add_option("--unknown-percent", options.flood.unknown_percent, "votes for blocks that nobody has")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "how long votes pour")
      ->check(CLI::Range(4, 240))
      ->capture_default_str();
  app.add_option("--chain-worker", options.chain_worker, "whether the chain has a thread of its own")
      ->capture_default_str();
  app.add_option("--aggregator-thread", options.aggregator_thread,
                 "whether aggregates are proven on a thread of their own")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of keys and votes")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "lockstep-ticks: {}\n", error.what());
    return kUsage;
  }
  return run(options);
}
