// What the node program says while it runs: a log for people, and lines for programs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "node/chain/events.h"

namespace spdlog {
class logger;
}

namespace lockstep::real {

/// Writes the node's reports to a log and, once a slot and for every finalized checkpoint, one JSON object on
/// a line of its own to standard output. Thread-safe.
///
/// `{"event":"slot","slot":N,"head":{"slot":N,"root":"0x…"},"justified":{…},"finalized":{…},"peers":N,
///   "lateness_ms":X}` at the last interval of a slot, and `{"event":"finalized","slot":N,"root":"0x…"}`.
class EventLog final : public chain::Events {
 public:
  /// `log` is thread-safe. `died`, if given, is called when the node stops because one of its threads ended.
  EventLog(std::shared_ptr<spdlog::logger> log, const spec::Checkpoint& anchor,
           std::function<void()> died = nullptr);

  void slot_driver_stalled(const chain::SlotDriverStalled& stalled) override;
  void thread_died(const chain::ThreadDied& died) override;
  void tick_happened(const chain::TickHappened& tick) override;
  void block_handled(const chain::BlockHandled& block) override;
  void vote_handled(const chain::VoteHandled& vote) override;
  void aggregate_handled(const chain::AggregateHandled& aggregate) override;
  void head_changed(const chain::HeadChanged& head) override;
  void justified_changed(const chain::CheckpointChanged& change) override;
  void finalized_changed(const chain::CheckpointChanged& change) override;
  void block_proposed(const chain::BlockProposed& proposed) override;
  void attested(const chain::Attested& attested) override;
  void aggregated(const chain::Aggregated& aggregated) override;
  void duty_skipped(const chain::DutySkipped& skipped) override;
  void message_dropped(const chain::MessageDropped& dropped) override;
  void request_ended(const chain::RequestEnded& request) override;
  void peer_changed(const chain::PeerChanged& change) override;

 private:
  std::shared_ptr<spdlog::logger> log_;
  std::function<void()> died_;
  /// Guards what follows, and the order of lines on standard output.
  std::mutex mutex_;
  spec::Checkpoint head_;
  spec::Checkpoint justified_;
  spec::Checkpoint finalized_;
  std::size_t peers_ = 0;
  base::Duration worst_lateness_{0};
};

}  // namespace lockstep::real
