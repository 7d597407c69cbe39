// The walk that decides about each root, and what follows from it.
#include "node/sync/block_fetches.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>
#include <utility>
#include <variant>

#include "node/base/assert.h"

namespace lockstep::sync {
namespace {

using chain::FetchOutcome;

void count(chain::RootsLooked& looked, FetchOutcome outcome, std::size_t roots = 1) {
  looked.outcomes[static_cast<std::size_t>(outcome)] += roots;
}

}  // namespace

void BlockFetches::want(const spec::Root& root, runtime::PeerId from, Why why, std::uint32_t depth) {
  if (invalid_.hits(root, chain::InvalidHit::kSelf)) {
    return;
  }
  const Named one{.root = root, .from = from, .why = why, .depth = depth};
  if (why == Why::kParent) {
    look_at({one});
    return;
  }
  named_.push_back(one);
  if (named_.size() >= kNamedMax) {
    look_at(std::exchange(named_, {}));
  }
}

void BlockFetches::look(spec::Interval now) {
  now_ = now;
  std::vector<Named> named = std::exchange(named_, {});
  for (const auto& [root, wanted] : wanted_) {
    if (wanted.not_before <= now_ && !pending_.contains(root)) {
      named.push_back({.root = root, .from = wanted.hint, .why = wanted.why, .depth = wanted.depth});
    }
  }
  if (!named.empty()) {
    look_at(named);
  }
}

void BlockFetches::look_at(const std::vector<Named>& named) {
  // Parents first. The first time a root is asked of whoever made us think of it.
  using Group = std::tuple<Why, std::optional<runtime::PeerId>>;
  std::map<Group, Batch> groups;
  for (const Named& one : named) {
    const Wanted* const wanted = note(one);
    const bool is_first = wanted == nullptr || wanted->attempts == 0;
    const Why why = wanted == nullptr ? one.why : wanted->why;
    groups[Group(why, is_first ? std::optional(one.from) : std::nullopt)].push_back(one.root);
  }
  chain::RootsLooked looked{.roots = named.size()};
  for (const auto& [group, roots] : groups) {
    const auto& [why, hint] = group;
    const Batch missing = sort_out(roots, looked);
    for (std::size_t at = 0; at < missing.size(); at += kRootsPerFetch) {
      const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t size = std::min(kRootsPerFetch, missing.size() - at);
      const Batch batch(begin, begin + static_cast<std::ptrdiff_t>(size));
      const FetchOutcome outcome = ask(batch, hint, why);
      count(looked, outcome, size);
      for (const spec::Root& root : outcome == FetchOutcome::kFetched ? Batch{} : batch) {
        try_later(root, outcome == FetchOutcome::kFetchFailed);
      }
    }
  }
  events_.roots_looked(looked);
}

BlockFetches::Wanted* BlockFetches::note(const Named& one) {
  const auto found = wanted_.find(one.root);
  if (found != wanted_.end()) {
    if (one.why == Why::kParent && found->second.why == Why::kVote) {
      found->second.why = Why::kParent;
      --wanted_by_votes_;
    }
    return &found->second;
  }
  const bool is_vote = one.why == Why::kVote;
  if (is_vote ? wanted_by_votes_ >= kWantedByVotesMax
              : wanted_.size() - wanted_by_votes_ >= kWantedParentsMax) {
    return nullptr;
  }
  wanted_by_votes_ += is_vote ? 1 : 0;
  return &wanted_
              .emplace(one.root, Wanted{.hint = one.from,
                                        .why = one.why,
                                        .depth = one.depth,
                                        .attempts = 0,
                                        .not_before = now_})
              .first->second;
}

BlockFetches::Batch BlockFetches::sort_out(const Batch& roots, chain::RootsLooked& looked) {
  const std::vector<bool> known = chain_.has_blocks_batch("fetch", roots);
  const std::vector<bool> waiting = chain_.waiting().has_blocks_batch("fetch", roots);
  std::unordered_set<spec::Root, base::RootHash> seen;
  Batch missing;
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const spec::Root& root = roots[i];
    const auto wanted = wanted_.find(root);
    if (known[i]) {
      count(looked, FetchOutcome::kAlreadyInForkChoice);
      forget(root);
    } else if (waiting[i] || chain_.has_or_holds("fetch", root)) {
      count(looked, FetchOutcome::kAlreadyInBlockCache);
      forget(root);
    } else if (pending_.contains(root) || (wanted != wanted_.end() && wanted->second.not_before > now_)) {
      // A root that did not come lately is not asked for the sooner for being named again.
      count(looked, FetchOutcome::kAlreadyPending);
    } else if (!seen.insert(root).second) {
      count(looked, FetchOutcome::kDedupLostRace);
    } else {
      missing.push_back(root);
    }
  }
  return missing;
}

FetchOutcome BlockFetches::ask(const Batch& roots, std::optional<runtime::PeerId> hint, Why why) {
  // The place comes first: whoever looked for a peer before could find all places taken behind its back.
  if (!reserve(why)) {
    return FetchOutcome::kInflightCap;
  }
  const std::optional<runtime::PeerId> peer =
      peers_.choose({.hint = hint, .reaches = {}, .now = now_, .however_busy = !capped_});
  if (!peer) {
    release(why);
    return FetchOutcome::kFetchNoPeers;
  }
  for (const spec::Root& root : roots) {
    pending_.insert(root);
  }
  if (!questions_.ask(*peer, spec::BlocksByRootRequest{.roots = roots}, why == Why::kVote)) {
    for (const spec::Root& root : roots) {
      pending_.erase(root);
    }
    release(why);
    return FetchOutcome::kFetchFailed;
  }
  return FetchOutcome::kFetched;
}

bool BlockFetches::reserve(Why why) {
  const bool is_vote = why == Why::kVote;
  if (capped_ && (places_ >= kBlockFetchesMax || (is_vote && vote_places_ >= kVoteFetchesMax))) {
    return false;
  }
  ++places_;
  vote_places_ += is_vote ? 1 : 0;
  events_.buffer_level({.buffer = chain::Buffer::kBlockFetches, .size = places_, .bound = kBlockFetchesMax});
  return true;
}

void BlockFetches::release(Why why) {
  LOCKSTEP_ASSERT_MSG(places_ > 0, "a place is given back once");
  --places_;
  vote_places_ -= why == Why::kVote ? 1 : 0;
  events_.buffer_level({.buffer = chain::Buffer::kBlockFetches, .size = places_, .bound = kBlockFetchesMax});
}

void BlockFetches::came(const spec::Root& root, bool was_handed_in) {
  pending_.erase(root);
  if (!was_handed_in) {
    try_later(root, false);
    return;
  }
  if (const auto wanted = wanted_.find(root); wanted != wanted_.end() && wanted->second.depth > 0) {
    if (depths_.size() >= kWantedParentsMax) {
      depths_.erase(depths_.begin());
    }
    depths_[root] = wanted->second.depth;
  }
  forget(root);
}

std::uint32_t BlockFetches::take_depth(const spec::Root& root) {
  const auto found = depths_.find(root);
  if (found == depths_.end()) {
    return 0;
  }
  const std::uint32_t depth = found->second;
  depths_.erase(found);
  return depth;
}

void BlockFetches::ended(const Question& question) {
  const auto* request = std::get_if<spec::BlocksByRootRequest>(&question.request);
  LOCKSTEP_ASSERT(request != nullptr);
  for (const spec::Root& root : request->roots) {
    if (pending_.erase(root) > 0) {
      try_later(root, true);
    }
  }
  release(question.is_for_votes ? Why::kVote : Why::kParent);
}

void BlockFetches::try_later(const spec::Root& root, bool was_asked) {
  const auto found = wanted_.find(root);
  if (found == wanted_.end()) {
    return;
  }
  Wanted& wanted = found->second;
  if (was_asked) {
    ++wanted.attempts;
  }
  if (wanted.why == Why::kVote && wanted.attempts >= kVoteAttemptsMax) {
    forget(root);
    return;
  }
  const std::uint32_t doublings = wanted.attempts == 0 ? 0 : std::min(wanted.attempts - 1, 32U);
  wanted.not_before = now_ + std::min(std::uint64_t{1} << doublings, kBackOffMax);
}

void BlockFetches::forget(const spec::Root& root) {
  const auto found = wanted_.find(root);
  if (found != wanted_.end()) {
    wanted_by_votes_ -= found->second.why == Why::kVote ? 1 : 0;
    wanted_.erase(found);
  }
}

void BlockFetches::keep_parents(const std::vector<chain::MissingBlock>& missing) {
  std::vector<spec::Root> unwanted;
  for (const auto& [root, wanted] : wanted_) {
    const bool is_missing = std::binary_search(
        missing.begin(), missing.end(), chain::MissingBlock{.root = root, .child_slot = {}, .from = {}},
        [](const chain::MissingBlock& a, const chain::MissingBlock& b) { return a.root < b.root; });
    if (wanted.why == Why::kParent && !is_missing && !pending_.contains(root)) {
      unwanted.push_back(root);
    }
  }
  for (const spec::Root& root : unwanted) {
    forget(root);
  }
  for (const chain::MissingBlock& one : missing) {
    if (!invalid_.contains(one.root)) {
      note({.root = one.root, .from = one.from, .why = Why::kParent, .depth = 1});
    }
  }
}

}  // namespace lockstep::sync
