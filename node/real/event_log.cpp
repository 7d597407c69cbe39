// Wording of the log and of the status lines.
#include "node/real/event_log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "node/base/bytes.h"
#include "node/spec/slot.h"

namespace lockstep::real {
namespace {

/// Ticks that are later than this are worth a warning.
constexpr base::Duration kLateTick = std::chrono::milliseconds(200);

std::string brief(const spec::Root& root) {
  return base::to_hex(base::ByteView(root.view()).first(4));
}

std::string json(const spec::Checkpoint& checkpoint) {
  return fmt::format(R"({{"slot":{},"root":"{}"}})", checkpoint.slot.value,
                     base::to_hex(checkpoint.root.view()));
}

double milliseconds(base::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

void print_line(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

EventLog::EventLog(std::shared_ptr<spdlog::logger> log, const spec::Checkpoint& anchor,
                   std::function<void()> died)
    : log_(std::move(log)), died_(std::move(died)), head_(anchor), justified_(anchor), finalized_(anchor) {}

void EventLog::slot_driver_stalled(const chain::SlotDriverStalled& stalled) {
  log_->error("the slot clock stands still for {:.0f} ms", milliseconds(stalled.standing));
}

void EventLog::thread_died(const chain::ThreadDied& died) {
  log_->critical("thread {} has ended: the node stops", died.name);
  if (died_) {
    died_();
  }
}

void EventLog::tick_happened(const chain::TickHappened& tick) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t slot = spec::slot_of(tick.interval).value;
  worst_lateness_ = std::max(worst_lateness_, tick.lateness);
  if (tick.skipped > 0) {
    log_->warn("stalled: jumped over {} intervals to slot {}", tick.skipped, slot);
  } else if (tick.lateness > kLateTick) {
    log_->warn("tick of slot {} interval {} is {:.0f} ms late", slot, spec::interval_in_slot(tick.interval),
               milliseconds(tick.lateness));
  }
  if (spec::interval_in_slot(tick.interval) == spec::INTERVALS_PER_SLOT - 1) {
    print_line(fmt::format(
        R"({{"event":"slot","slot":{},"head":{},"justified":{},"finalized":{},"peers":{},"lateness_ms":{:.3f}}})",
        slot, json(head_), json(justified_), json(finalized_), peers_, milliseconds(worst_lateness_)));
    worst_lateness_ = base::Duration(0);
  }
}

void EventLog::block_handled(const chain::BlockHandled& block) {
  if (block.outcome == chain::BlockOutcome::kRejected) {
    log_->warn("block {} of slot {} rejected: {}", brief(block.root), block.block.slot.value,
               spec::to_string(block.reason));
  } else if (block.outcome != chain::BlockOutcome::kDuplicate) {
    log_->info("block {} of slot {} by validator {} from {}: {}", brief(block.root), block.block.slot.value,
               block.block.proposer_index.value, chain::to_string(block.origin),
               chain::to_string(block.outcome));
  }
}

void EventLog::vote_handled(const chain::VoteHandled& vote) {
  if (vote.outcome == chain::VoteOutcome::kRejected) {
    log_->warn("vote of validator {} for slot {} rejected: {}", vote.validator.value, vote.data.slot.value,
               spec::to_string(vote.reason));
  } else {
    log_->debug("vote of validator {} for slot {} {}", vote.validator.value, vote.data.slot.value,
                chain::to_string(vote.outcome));
  }
}

void EventLog::aggregate_handled(const chain::AggregateHandled& aggregate) {
  if (aggregate.outcome == chain::VoteOutcome::kRejected) {
    log_->warn("aggregate of {} votes for slot {} rejected: {}", aggregate.participants,
               aggregate.data.slot.value, spec::to_string(aggregate.reason));
  } else {
    log_->debug("aggregate of {} votes for slot {} {}", aggregate.participants, aggregate.data.slot.value,
                chain::to_string(aggregate.outcome));
  }
}

void EventLog::head_changed(const chain::HeadChanged& head) {
  const std::lock_guard lock(mutex_);
  head_ = head.new_head;
  if (head.reorg_depth > 0) {
    log_->warn("head {} of slot {}: reorg of {} blocks", brief(head_.root), head_.slot.value,
               head.reorg_depth);
  } else {
    log_->info("head {} of slot {}", brief(head_.root), head_.slot.value);
  }
}

void EventLog::justified_changed(const chain::CheckpointChanged& change) {
  const std::lock_guard lock(mutex_);
  justified_ = change.new_checkpoint;
  log_->info("justified {} of slot {}", brief(justified_.root), justified_.slot.value);
}

void EventLog::finalized_changed(const chain::CheckpointChanged& change) {
  const std::lock_guard lock(mutex_);
  finalized_ = change.new_checkpoint;
  log_->info("finalized {} of slot {}", brief(finalized_.root), finalized_.slot.value);
  print_line(fmt::format(R"({{"event":"finalized","slot":{},"root":"{}"}})", finalized_.slot.value,
                         base::to_hex(finalized_.root.view())));
}

void EventLog::block_proposed(const chain::BlockProposed& proposed) {
  log_->info("proposed block {} for slot {} with {} attestations", brief(proposed.root),
             proposed.block.slot.value, proposed.block.body.attestations.size());
}

void EventLog::attested(const chain::Attested& attested) {
  log_->info("validator {} voted in slot {} for head {} target {} source {}", attested.validator.value,
             attested.data.slot.value, brief(attested.data.head.root), attested.data.target.slot.value,
             attested.data.source.slot.value);
}

void EventLog::aggregated(const chain::Aggregated& aggregated) {
  log_->info("aggregated {} votes of slot {}", aggregated.participants, aggregated.data.slot.value);
}

void EventLog::duty_skipped(const chain::DutySkipped& skipped) {
  log_->warn("validator {} did not {} in slot {}: {}", skipped.validator.value,
             chain::to_string(skipped.duty), skipped.slot.value, chain::to_string(skipped.reason));
}

void EventLog::message_dropped(const chain::MessageDropped& dropped) {
  log_->warn("message of peer {} dropped: {}", dropped.peer.value, chain::to_string(dropped.reason));
}

void EventLog::request_ended(const chain::RequestEnded& request) {
  log_->debug("request {} {} to peer {}: {}, {} items", request.id, chain::to_string(request.protocol),
              request.peer.value, chain::to_string(request.end), request.items);
}

void EventLog::peer_changed(const chain::PeerChanged& change) {
  const std::lock_guard lock(mutex_);
  peers_ += change.connected ? 1 : static_cast<std::size_t>(-1);
  log_->info("peer {} {}{}", change.peer.value, change.connected ? "connected" : "disconnected",
             change.by_us ? " by us" : "");
}

}  // namespace lockstep::real
