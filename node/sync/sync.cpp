// Deciding what to fetch, from whom, and when to try again.
#include "node/sync/sync.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "node/spec/slot.h"
#include "node/sync/server.h"

namespace lockstep::sync {
namespace {

/// The interval of a slot in which an unmoving head is noticed: its block should long be here.
constexpr std::uint64_t kStaleCheckInterval = 3;

/// A peer that did not answer for its status is asked again after a slot.
constexpr std::uint64_t kStatusAgainIntervals = spec::INTERVALS_PER_SLOT;

/// Whether a refusal says that the block as such is no good. Of a wrong proof somebody may have a right one.
bool condemns_block(spec::RejectionReason reason) {
  return reason != spec::RejectionReason::INVALID_BLOCK_PROOF &&
         reason != spec::RejectionReason::INVALID_SIGNATURE;
}

}  // namespace

Sync::Sync(const chain::ChainReader& chain, Wire& wire, runtime::Random& random, chain::Events& events,
           const Cures& cures)
    : chain_(chain),
      wire_(wire),
      events_(events),
      cures_(cures),
      peers_(random),
      questions_(peers_, wire, events),
      invalid_(events),
      fetches_(chain, peers_, questions_, invalid_, events, cures.fetch_cap),
      range_(chain, peers_, questions_, events) {}

void Sync::on_peer_connected(runtime::PeerId peer) {
  peers_.connected(peer);
  update_state();
  ask_for_status(peer);
}

void Sync::on_peer_disconnected(runtime::PeerId peer) {
  peers_.disconnected(peer);
  update_state();
}

void Sync::on_request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
  chain::Response response = answer(chain_, request);
  if (const auto* refused = std::get_if<chain::RefusedAnswer>(&response);
      refused != nullptr && refused->code == chain::ResponseCode::kInvalidRequest) {
    wire_.complain(peer, chain::Drop::kBadRequest);
  }
  if (!wire_.respond(peer, id, response) && unsent_.size() < kUnsentAnswersMax) {
    unsent_.push_back(
        {.peer = peer, .id = id, .response = std::move(response), .until = now_ + kUnsentAnswerIntervals});
  }
  if (const auto* status = std::get_if<spec::Status>(&request)) {
    consider(peer, *status);
  }
}

void Sync::send_answers() {
  while (!unsent_.empty()) {
    const UnsentAnswer& one = unsent_.front();
    if (one.until > now_ && !wire_.respond(one.peer, one.id, one.response)) {
      return;
    }
    unsent_.pop_front();
  }
}

void Sync::on_response_chunk(runtime::PeerId peer, std::uint64_t id, const chain::ResponseChunk& chunk) {
  Question* const question = questions_.find(peer, id);
  if (question == nullptr) {
    return;
  }
  if (const auto* status = std::get_if<spec::Status>(&chunk)) {
    consider(peer, *status);
    return;
  }
  const auto& fetched = std::get<chain::FetchedBlock>(chunk);
  if (std::holds_alternative<spec::BlocksByRangeRequest>(question->request) && !question->last &&
      !question->is_full) {
    question->is_detached = !chain_.has_or_holds("range begins", fetched.block->block.parent_root);
  }
  // Behind one for which there was no room nothing is handed in: a range is gone on with from its last block.
  if (!question->is_full && wire_.import_block(fetched.root, fetched.block, peer)) {
    question->last = fetched.block->block.slot;
  } else {
    question->is_full = true;
  }
  fetches_.came(fetched.root, !question->is_full);
}

void Sync::on_request_ended(const chain::RequestEnded& ended) {
  const std::optional<Question> question = questions_.take(ended.peer, ended.id);
  if (!question) {
    return;
  }
  judge(*question, ended);
  if (std::holds_alternative<spec::BlocksByRootRequest>(question->request)) {
    fetches_.ended(*question);
  } else if (std::holds_alternative<spec::BlocksByRangeRequest>(question->request)) {
    range_.ended(*question, ended);
  } else {
    --status_asks_;
    const bool is_answered = ended.end == chain::RequestEnd::kAnswered;
    peers_.ask_no_status_before(
        ended.peer,
        now_ + (is_answered ? kStatusRefreshSlots * spec::INTERVALS_PER_SLOT : kStatusAgainIntervals));
  }
  range_.pump(now_);
}

void Sync::judge(const Question& question, const chain::RequestEnded& ended) {
  switch (ended.end) {
    case chain::RequestEnd::kAnswered:
      // Not to have what somebody else made us ask for is no fault, and no merit.
      if (ended.items > 0) {
        peers_.answered_well(question.peer);
      }
      return;
    case chain::RequestEnd::kRefused:
    case chain::RequestEnd::kTimedOut:
    case chain::RequestEnd::kInvalid:
      peers_.answered_badly(question.peer);
      return;
    case chain::RequestEnd::kDisconnected:
    case chain::RequestEnd::kNotSent:
    case chain::RequestEnd::kNoRoom:
    case chain::RequestEnd::kShutDown:
      return;
  }
}

void Sync::on_block_result(const chain::BlockResult& result) {
  const std::uint32_t depth = fetches_.take_depth(result.root);
  if (result.outcome == chain::BlockOutcome::kRejected) {
    note_refusal(result);
  } else if (result.outcome == chain::BlockOutcome::kUnknownParent) {
    find_parent(result, depth);
  }
  range_.pump(now_);
}

void Sync::note_refusal(const chain::BlockResult& result) {
  if (condemns_block(result.reason)) {
    invalid_.mark(result.root);
  }
  if (result.origin == chain::Origin::kSync) {
    wire_.complain(result.from, chain::Drop::kInvalidBlock);
    peers_.answered_badly(result.from);
  }
}

void Sync::find_parent(const chain::BlockResult& result, std::uint32_t depth) {
  if (invalid_.hits(result.parent_root, chain::InvalidHit::kParent)) {
    invalid_.mark(result.root);
    return;
  }
  const spec::Root missing = chain_.waiting().missing_ancestor("unknown parent", result.parent_root);
  if (missing != result.parent_root || chain_.has_or_holds("unknown parent", missing)) {
    // The oldest of those that wait has been seen to already, or its parent waits for its turn.
    return;
  }
  const chain::ChainView view = chain_.view("unknown parent");
  if (range_.covers(result.slot)) {
    range_.want(result.slot - 1, result.slot - 1, result.from);
  } else if (result.slot >= view.head.slot + kRangeGap) {
    range_.want(view.head.slot + 1, result.slot - 1, result.from);
  } else if (depth == kSingleStepsMax) {
    // The other branch leaves ours further back than a few blocks.
    range_.want(view.finalized.slot + 1, result.slot - 1, result.from);
  } else if (depth < kBackfillDepthMax) {
    fetches_.want(missing, result.from, Why::kParent, depth + 1);
  }
}

void Sync::on_vote_waits(const spec::AttestationData& data, runtime::PeerId from) {
  if (cures_.gating && state_ == chain::SyncState::kBehind) {
    // What they name comes with the range that is fetched.
    return;
  }
  const std::array<spec::Root, 3> named{data.head.root, data.target.root, data.source.root};
  const std::vector<bool> known = chain_.has_blocks_batch("vote waits", named);
  for (std::size_t i = 0; i < named.size(); ++i) {
    const bool is_repeated = std::find(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(i),
                                       named[i]) != named.begin() + static_cast<std::ptrdiff_t>(i);
    if (!known[i] && !is_repeated) {
      fetches_.want(named[i], from, Why::kVote, 0);
    }
  }
}

void Sync::on_interval(spec::Interval interval) {
  now_ = interval;
  update_state();
  send_answers();
  ask_around();
  if (!range_.is_active()) {
    // Those for which a range is fetched come with it.
    fetches_.keep_parents(chain_.waiting().missing("look", kWantedParentsMax));
  }
  fetches_.look(now_);
  range_.pump(now_);
}

void Sync::update_state() {
  const chain::ChainView view = chain_.view("sync state");
  std::optional<spec::Slot> network = peers_.network_head();
  if (network) {
    // Nobody can be beyond the clock.
    network = std::min(*network, spec::slot_of(view.time) + 1);
  }
  const chain::SyncState next = next_state(state_, peers_.size(), network, view.head.slot);
  if (next != state_) {
    events_.sync_state_changed({.old_state = state_, .new_state = next});
    state_ = next;
  }
}

void Sync::ask_around() {
  const spec::Slot slot = spec::slot_of(now_);
  std::vector<runtime::PeerId> due;
  for (const auto& [id, peer] : peers_.all()) {
    if (!peer.status && peer.no_status_before <= now_ && peer.in_flight == 0) {
      due.push_back(id);
    }
  }
  if (spec::interval_in_slot(now_) == kStaleCheckInterval) {
    if (slot > chain_.view("stale").head.slot + kStaleSlots) {
      if (const auto peer = peers_.choose({.hint = {}, .reaches = slot, .is_range = false, .now = now_})) {
        due.push_back(*peer);
      }
    }
    if (slot.value % kStatusRefreshSlots == 0) {
      const std::size_t turns = std::min(kStatusRefreshPeers, peers_.size());
      for (std::size_t i = 0; i < turns; ++i) {
        auto next = peers_.all().upper_bound(refreshed_);
        next = next == peers_.all().end() ? peers_.all().begin() : next;
        refreshed_ = next->first;
        due.push_back(refreshed_);
      }
    }
  }
  for (const runtime::PeerId peer : due) {
    ask_for_status(peer);
  }
}

void Sync::ask_for_status(runtime::PeerId peer) {
  const PeerBook::Peer* const asked = peers_.find(peer);
  if (status_asks_ >= kStatusAsksMax || asked == nullptr || asked->in_flight >= kRequestsPerPeerMax) {
    return;
  }
  // One that cannot be handed on is not missed: the peer's turn comes again.
  peers_.ask_no_status_before(peer, now_ + kStatusAgainIntervals);
  if (questions_.ask(peer, status_of(chain_))) {
    ++status_asks_;
  }
}

void Sync::consider(runtime::PeerId peer, const spec::Status& status) {
  if (!peers_.set_status(peer, status)) {
    return;
  }
  update_state();
  const chain::ChainView view = chain_.view("peer status");
  if (status.head.slot <= view.head.slot) {
    return;
  }
  const bool is_here = chain_.has_or_holds("peer status", status.head.root);
  if (status.head.slot < view.head.slot + kRangeGap) {
    if (!is_here) {
      fetches_.want(status.head.root, peer, Why::kVote, 0);
    }
  } else if (!is_here || chain_.waiting().contains("peer status", status.head.root)) {
    // Also for a head that is here and waits: what it waits for may never have come.
    // A peer may claim any slot; what lies beyond the clock is not to be had.
    const spec::Slot last = std::min(status.head.slot, spec::slot_of(view.time) + 1);
    range_.want(view.head.slot + 1, last, peer);
    range_.pump(now_);
  }
}

}  // namespace lockstep::sync
