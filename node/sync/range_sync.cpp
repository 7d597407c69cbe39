// The life of a range.
#include "node/sync/range_sync.h"

#include <algorithm>
#include <variant>

#include "node/base/assert.h"

namespace lockstep::sync {

void RangeSync::want(spec::Slot first, spec::Slot last, runtime::PeerId hint) {
  const chain::ChainView view = chain_.view("range");
  if (last <= view.finalized.slot) {
    events_.range_went(chain::RangeOutcome::kPreFinalizedNoop);
    return;
  }
  first = std::max(first, view.finalized.slot + 1);
  if (first > last) {
    return;
  }
  const bool is_other_branch = first <= view.head.slot;
  if (!range_) {
    range_ = Range{.next = first,
                   .last = last,
                   .hint = hint,
                   .is_other_branch = is_other_branch,
                   .attempts = 0,
                   .not_before = now_,
                   .in_flight = false};
    return;
  }
  range_->next = std::min(range_->next, first);
  range_->last = std::max(range_->last, last);
  range_->is_other_branch = range_->is_other_branch || is_other_branch;
}

void RangeSync::pump(spec::Interval now) {
  now_ = now;
  if (!range_ || range_->in_flight || range_->not_before > now ||
      chain_.blocks_coming("range") >= kReadyHighWater) {
    return;
  }
  if (!range_->is_other_branch) {
    range_->next = std::max(range_->next, chain_.view("range").head.slot + 1);
    if (range_->next > range_->last) {
      events_.range_went(chain::RangeOutcome::kAbort);
      range_.reset();
      return;
    }
  }
  const std::uint64_t slots = std::min(kRangeSlots, range_->last - range_->next + 1);
  const std::optional<runtime::PeerId> peer =
      peers_.choose({.hint = range_->attempts == 0 ? std::optional(range_->hint) : std::nullopt,
                     .reaches = range_->next + (slots - 1),
                     .is_range = true,
                     .now = now});
  if (!peer) {
    return;
  }
  if (questions_.ask(*peer, spec::BlocksByRangeRequest{.start_slot = range_->next, .count = slots})) {
    range_->in_flight = true;
  } else {
    // The network has no room; it need not be asked again at once.
    range_->not_before = now + 1;
  }
}

void RangeSync::ended(const Question& question, const chain::RequestEnded& how) {
  const auto* asked = std::get_if<spec::BlocksByRangeRequest>(&question.request);
  LOCKSTEP_ASSERT(asked != nullptr);
  if (how.end == chain::RequestEnd::kRefused && how.code == chain::ResponseCode::kResourceUnavailable) {
    peers_.cannot_serve_ranges_before(question.peer, now_ + kUnavailableIntervals);
  }
  if (!range_) {
    return;
  }
  range_->in_flight = false;
  if (how.end == chain::RequestEnd::kTimedOut) {
    events_.range_went(chain::RangeOutcome::kTimeout);
  }
  if (question.is_detached) {
    began_nowhere(question, *asked);
    return;
  }
  if (question.last) {
    moved_on(asked->start_slot, *question.last + 1);
    return;
  }
  if (question.is_full) {
    // We had no room: nobody's fault.
    range_->not_before = now_ + 1;
    return;
  }
  const spec::Slot end = asked->start_slot + asked->count;
  const PeerBook::Peer* const peer = peers_.find(question.peer);
  const bool claims_it_all = peer != nullptr && peer->status && peer->status->head.slot + 1 >= end;
  if (how.end == chain::RequestEnd::kAnswered && claims_it_all) {
    moved_on(asked->start_slot, end);
  } else {
    failed();
  }
}

void RangeSync::began_nowhere(const Question& question, const spec::BlocksByRangeRequest& asked) {
  const spec::Slot first = chain_.view("range").finalized.slot + 1;
  if (asked.start_slot > first) {
    // The peer's chain left ours before the range: what lies between is wanted as well.
    range_->next = first;
    range_->is_other_branch = true;
    return;
  }
  // The peer has no such past, having started from a later checkpoint; or it answers nonsense.
  peers_.cannot_serve_ranges_before(question.peer, now_ + kNoPastIntervals);
  failed();
}

void RangeSync::moved_on(spec::Slot from, spec::Slot next) {
  events_.range_went(chain::RangeOutcome::kSuccess);
  range_->attempts = 0;
  // It may have grown downwards meanwhile; then what lies before the batch is still to be had.
  if (from <= range_->next) {
    range_->next = next;
  }
  if (range_->next > range_->last) {
    range_.reset();
  }
}

void RangeSync::failed() {
  if (++range_->attempts >= kRangeAttemptsMax) {
    events_.range_went(chain::RangeOutcome::kExhausted);
    range_.reset();
    return;
  }
  events_.range_went(chain::RangeOutcome::kRetry);
}

}  // namespace lockstep::sync
