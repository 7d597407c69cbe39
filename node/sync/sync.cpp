// Deciding what to fetch, from whom, and when to try again.
#include "node/sync/sync.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "node/spec/slot.h"
#include "node/sync/server.h"

namespace lockstep::sync {
namespace {

/// A missing block is asked for again after 1, 2, 4 … intervals, at most this many.
constexpr std::uint64_t kBackOffMax = 32;

/// The interval of a slot in which an unmoving head is noticed: its block should long be here.
constexpr std::uint64_t kStaleCheckInterval = 3;

}  // namespace

Sync::Sync(const chain::ChainReader& chain, Wire& wire, runtime::Random& random, chain::Events& events)
    : chain_(chain), wire_(wire), random_(random), events_(events) {}

void Sync::on_peer_connected(runtime::PeerId peer) {
  peers_.try_emplace(peer);
  ask_for_status(peer);
}

void Sync::on_peer_disconnected(runtime::PeerId peer) {
  peers_.erase(peer);
}

void Sync::on_request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
  static_cast<void>(wire_.respond(peer, id, answer(chain_, request)));
  if (const auto* status = std::get_if<spec::Status>(&request)) {
    consider(peer, *status);
  }
}

void Sync::on_response_chunk(runtime::PeerId peer, std::uint64_t id, const chain::ResponseChunk& chunk) {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) {
    return;
  }
  if (const auto* status = std::get_if<spec::Status>(&chunk)) {
    consider(peer, *status);
    return;
  }
  const auto& fetched = std::get<chain::FetchedBlock>(chunk);
  // What there is no room for is fetched again later.
  if (!found->second.is_full && wire_.import_block(fetched.root, fetched.block, peer)) {
    found->second.last = fetched.block->block.slot;
    wanted_.erase(fetched.root);
  } else {
    found->second.is_full = true;
  }
}

void Sync::on_request_ended(const chain::RequestEnded& ended) {
  const auto found = in_flight_.find(ended.id);
  if (found == in_flight_.end()) {
    return;
  }
  const InFlight request = std::move(found->second);
  in_flight_.erase(found);
  if (const auto owner = peers_.find(request.peer); owner != peers_.end()) {
    --owner->second.in_flight;
  }
  report_in_flight();
  const bool is_range = std::holds_alternative<spec::BlocksByRangeRequest>(request.request);
  if (is_range && (ended.end == chain::RequestEnd::kAnswered || request.last)) {
    settle_range(request);
  } else {
    failed(request);
  }
  pump();
}

void Sync::on_block_result(const chain::BlockResult& result) {
  if (result.outcome == chain::BlockOutcome::kImported) {
    single_steps_ = 0;
  }
  if (result.outcome == chain::BlockOutcome::kUnknownParent) {
    const spec::Root missing = chain_.waiting().missing_ancestor("unknown parent", result.parent_root);
    const chain::ChainView view = chain_.view("unknown parent");
    const spec::Slot head = view.head.slot;
    if (missing != result.parent_root || chain_.has_or_holds("unknown parent", missing)) {
      // The oldest of those that wait has been seen to already, or its parent waits for its turn.
    } else if (range_ && result.slot > range_->next) {
      range_->last = std::max(range_->last, result.slot - 1);
    } else if (result.slot > head + 1) {
      want_range(head + 1, result.slot - 1, result.from);
    } else if (++single_steps_ > kSingleStepsMax) {
      // The other branch leaves ours further back than a few blocks.
      single_steps_ = 0;
      want_range(view.finalized.slot + 1, result.slot - 1, result.from);
    } else {
      want(missing, result.from);
    }
  }
  if (range_ || !wanted_.empty()) {
    pump();
  }
}

void Sync::on_interval(spec::Interval interval) {
  now_ = interval;
  refresh_wanted();
  const bool is_stale = spec::slot_of(interval) > chain_.view("stale").head.slot + kStaleSlots;
  if (is_stale && spec::interval_in_slot(interval) == kStaleCheckInterval) {
    if (const std::optional<runtime::PeerId> peer = choose({}, false, spec::slot_of(interval))) {
      ask_for_status(*peer);
    }
  }
  pump();
}

void Sync::consider(runtime::PeerId peer, const spec::Status& status) {
  const auto found = peers_.find(peer);
  if (found == peers_.end()) {
    return;
  }
  found->second.status = status;
  const chain::ChainView view = chain_.view("peer status");
  const spec::Slot head = view.head.slot;
  if (status.head.slot > head && !chain_.has_or_holds("peer status", status.head.root)) {
    // A peer may claim any slot; what lies beyond the clock is not to be had.
    const spec::Slot last = std::min(status.head.slot, spec::slot_of(view.time) + 1);
    want_range(head + 1, last, peer);
    pump();
  }
}

void Sync::want(const spec::Root& root, runtime::PeerId hint) {
  if (wanted_.size() < kWantedMax) {
    wanted_.try_emplace(root, Wanted{.hint = hint, .attempts = 0, .not_before = now_, .in_flight = false});
  }
}

void Sync::want_range(spec::Slot first, spec::Slot last, runtime::PeerId hint) {
  if (first > last) {
    return;
  }
  if (!range_) {
    range_ = Range{.next = first, .last = last, .hint = hint, .attempts = 0, .in_flight = false};
    return;
  }
  range_->next = std::min(range_->next, first);
  range_->last = std::max(range_->last, last);
}

void Sync::refresh_wanted() {
  const std::vector<chain::MissingBlock> missing = chain_.waiting().missing("wanted", kWantedMax);
  const auto is_missing = [&](const spec::Root& root) {
    return std::any_of(missing.begin(), missing.end(),
                       [&](const chain::MissingBlock& one) { return one.root == root; });
  };
  std::erase_if(wanted_, [&](const auto& entry) {
    return !entry.second.in_flight &&
           (!is_missing(entry.first) || chain_.has_or_holds("wanted", entry.first));
  });
  if (!range_) {
    for (const chain::MissingBlock& one : missing) {
      if (!chain_.has_or_holds("wanted", one.root)) {
        want(one.root, one.from);
      }
    }
  }
}

void Sync::pump() {
  pump_range();
  pump_wanted();
}

void Sync::pump_range() {
  if (!range_ || range_->in_flight || in_flight_.size() >= kRequestsMax ||
      chain_.blocks_coming("range") >= kReadyHighWater) {
    return;
  }
  const std::uint64_t count = std::min(kRangeSlots, range_->last - range_->next + 1);
  const std::optional<runtime::PeerId> peer =
      choose(range_->hint, range_->attempts == 0, range_->next + (count - 1));
  if (peer && send(*peer, spec::BlocksByRangeRequest{.start_slot = range_->next, .count = count})) {
    range_->in_flight = true;
  }
}

void Sync::pump_wanted() {
  for (auto& [root, wanted] : wanted_) {
    if (in_flight_.size() >= kRequestsMax) {
      return;
    }
    if (wanted.in_flight || wanted.not_before > now_) {
      continue;
    }
    const std::optional<runtime::PeerId> peer = choose(wanted.hint, wanted.attempts == 0, spec::Slot(0));
    if (peer && send(*peer, spec::BlocksByRootRequest{.roots = {root}})) {
      wanted.in_flight = true;
      wanted.not_before = now_ + std::min(std::uint64_t{1} << std::min(wanted.attempts, 32U), kBackOffMax);
      ++wanted.attempts;
    }
  }
}

bool Sync::has_room(const PeerState& peer) const {
  return peer.in_flight < kRequestsPerPeerMax;
}

std::optional<runtime::PeerId> Sync::choose(runtime::PeerId hint, bool prefer_hint, spec::Slot slot) {
  const auto hinted = peers_.find(hint);
  if (prefer_hint && hinted != peers_.end() && has_room(hinted->second)) {
    return hint;
  }
  std::vector<runtime::PeerId> able;
  std::vector<runtime::PeerId> others;
  for (const auto& [id, peer] : peers_) {
    if (has_room(peer)) {
      (peer.status && peer.status->head.slot >= slot ? able : others).push_back(id);
    }
  }
  const std::vector<runtime::PeerId>& from = able.empty() ? others : able;
  if (from.empty()) {
    return std::nullopt;
  }
  return from[random_.below(from.size())];
}

bool Sync::send(runtime::PeerId peer, chain::Request request) {
  const std::uint64_t id = next_id_++;
  if (!wire_.request(peer, id, request)) {
    return false;
  }
  in_flight_.emplace(id, InFlight{.peer = peer, .request = std::move(request), .last = {}, .is_full = false});
  ++peers_[peer].in_flight;
  report_in_flight();
  return true;
}

void Sync::failed(const InFlight& request) {
  if (const auto* roots = std::get_if<spec::BlocksByRootRequest>(&request.request)) {
    if (const auto wanted = wanted_.find(roots->roots.front()); wanted != wanted_.end()) {
      wanted->second.in_flight = false;
    }
  } else if (std::holds_alternative<spec::BlocksByRangeRequest>(request.request) && range_) {
    range_->in_flight = false;
    if (++range_->attempts > kRangeAttemptsMax) {
      range_.reset();
    }
  }
}

void Sync::settle_range(const InFlight& request) {
  if (!range_) {
    return;
  }
  range_->in_flight = false;
  const auto& asked = std::get<spec::BlocksByRangeRequest>(request.request);
  const spec::Slot end = asked.start_slot + asked.count;
  const auto peer = peers_.find(request.peer);
  const bool reaches_end =
      peer != peers_.end() && peer->second.status && peer->second.status->head.slot + 1 >= end;
  if (!request.last && (!reaches_end || request.is_full)) {
    failed(request);
    return;
  }
  range_->attempts = 0;
  range_->next = request.last ? *request.last + 1 : end;
  if (range_->next > range_->last) {
    range_.reset();
  }
}

void Sync::ask_for_status(runtime::PeerId peer) {
  // A status that cannot be sent is not missed: the next stale slot asks again.
  static_cast<void>(send(peer, status_of(chain_)));
}

void Sync::report_in_flight() {
  events_.buffer_level({.buffer = chain::Buffer::kRequestsInFlight,
                        .size = in_flight_.size(),
                        .bound = kRequestsMax + peers_.size()});
}

}  // namespace lockstep::sync
