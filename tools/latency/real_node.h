// A node with the seams of the operating system, whose wall clock begins where it is told to.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "node/chain/events.h"
#include "node/node/node.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/real/system_clock.h"
#include "node/real/system_random.h"
#include "node/real/tcp_transport.h"

namespace lockstep::latency {

/// The system's monotonic clock, and a wall clock that read `wall` when this was made: what is signed for a
/// chain can so be made before its time begins, however long that takes.
class ShiftedClock final : public runtime::Clock {
 public:
  explicit ShiftedClock(base::WallTime wall) : wall_(wall), start_(system_.now()) {}
  [[nodiscard]] base::Instant now() const override { return system_.now(); }
  [[nodiscard]] base::WallTime wall() const override {
    return {wall_.nanoseconds + (system_.now() - start_).count()};
  }
  /// When the wall clock will read `wall`, on the monotonic one.
  [[nodiscard]] base::Instant when(base::WallTime wall) const {
    return start_ + base::Duration(wall.nanoseconds - wall_.nanoseconds);
  }

 private:
  real::SystemClock system_;
  base::WallTime wall_;
  base::Instant start_;
};

/// Notes how late ticks come from an interval on, and what becomes of votes. Nobody waits here for another
/// thread: the figures would show it.
class Watch final : public chain::Events {
 public:
  explicit Watch(spec::Interval first) : first_(first) {}

  void tick_happened(const chain::TickHappened& tick) override;
  void vote_handled(const chain::VoteHandled& vote) override;
  void head_changed(const chain::HeadChanged& head) override { head_slot = head.new_head.slot.value; }
  void aggregated(const chain::Aggregated&) override { ++aggregates; }
  void aggregation_coalesced(const chain::AggregationCoalesced&) override { ++rounds_coalesced; }
  void message_dropped(const chain::MessageDropped& dropped) override;
  void gossip_counted(const chain::GossipCounted& counted) override { gossip_messages = counted.messages; }
  void peer_changed(const chain::PeerChanged& change) override { lost_peers += change.connected ? 0 : 1; }

  /// The lateness of every tick, the least first. To be asked when the node has stopped.
  [[nodiscard]] std::vector<base::Duration> sorted() const;
  /// How many votes came to which outcome; kept ones count again when they are decided.
  [[nodiscard]] std::map<std::string, std::uint64_t> votes() const;
  [[nodiscard]] std::map<std::string, std::uint64_t> drops() const;

  std::atomic<std::uint64_t> gossip_messages = 0;
  std::atomic<std::uint64_t> aggregates = 0;
  std::atomic<std::uint64_t> rounds_coalesced = 0;
  std::atomic<std::uint64_t> head_slot = 0;
  std::atomic<std::uint64_t> lost_peers = 0;

 private:
  static constexpr std::size_t kVoteOutcomes = static_cast<std::size_t>(chain::VoteOutcome::kShutDown) + 1;

  spec::Interval first_;
  /// The main thread's.
  std::vector<base::Duration> lateness_;
  std::array<std::atomic<std::uint64_t>, kVoteOutcomes> votes_{};
  std::array<std::atomic<std::uint64_t>, chain::kDrops> drops_{};
};

/// A node on loopback. Everything referred to outlives it.
struct RealNode {
  struct Seams {
    runtime::Clock& clock;
    const crypto::SignatureScheme& scheme;
    const crypto::AggregateProver& prover;
    /// Whether the system is asked to prefer the main thread.
    bool is_main_urgent = true;
  };

  /// `dial` is empty, or the address of another one.
  RealNode(const Seams& seams, spec::Interval watched_from, const std::string& dial,
           const node::Config& config);
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(tcp->listen_port()); }

  real::OsScheduler scheduler;
  real::SystemRandom random;
  real::StopwatchMeter meter;
  Watch watch;
  std::unique_ptr<real::TcpTransport> tcp;
  node::Node node;
};

}  // namespace lockstep::latency
