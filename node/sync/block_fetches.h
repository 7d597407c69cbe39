// Fetching single blocks by their roots: never one twice, never more than a few requests at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/sync/invalid_roots.h"
#include "node/sync/peer_book.h"
#include "node/sync/questions.h"

namespace lockstep::sync {

/// Of the requests under way, so many may be for blocks that only votes speak of. The others are kept for
/// parents of blocks that are here.
inline constexpr std::size_t kVoteFetchesMax = 4;
/// Roots in one request.
inline constexpr std::size_t kRootsPerFetch = 32;
/// Roots that are looked for at once: parents of blocks, and what votes speak of.
inline constexpr std::size_t kWantedParentsMax = 1024;
inline constexpr std::size_t kWantedByVotesMax = 256;
/// Roots that wait for the next look. When there are so many they are looked at out of turn.
inline constexpr std::size_t kNamedMax = 256;
/// A root that did not come is asked for again after 1, 2, 4 … intervals, at most this many.
inline constexpr std::uint64_t kBackOffMax = 32;
/// After so many attempts at a block that only votes speak of it is left alone until one speaks of it again.
inline constexpr std::uint32_t kVoteAttemptsMax = 3;
/// How many parents are followed backwards one by one (leanSpec: MAX_BACKFILL_DEPTH).
inline constexpr std::uint32_t kBackfillDepthMax = 512;

/// Why a block is wanted.
enum class Why : std::uint8_t {
  kParent,  ///< A block that is here waits for it.
  kVote,    ///< A vote names it.
};

/// Looks for blocks. Each root that is named gets one outcome each time that it is looked at, in this order:
/// it is in the store, it is here and waits, a request names it, a request is made. A request takes one of
/// kBlockFetchesMax places before its peer is chosen, and gives it back whatever becomes of it. Not
/// thread-safe.
class BlockFetches {
 public:
  /// Everything referred to outlives it. When it is not `capped` there are places without end, and peers are
  /// asked however busy they are.
  BlockFetches(const chain::ChainReader& chain, PeerBook& peers, Questions& questions,
               const InvalidRoots& invalid, chain::Events& events, bool capped = true)
      : chain_(chain),
        peers_(peers),
        questions_(questions),
        invalid_(invalid),
        events_(events),
        capped_(capped) {}

  /// Names a root; `from` is who made us think of it, `depth` how many parents in a row have been followed.
  /// Looked at now (parents) or with the next look (votes): what a vote speaks of is often just coming.
  void want(const spec::Root& root, runtime::PeerId from, Why why, std::uint32_t depth);
  /// Looks at what was named since the last time and at what is due again. To be called once an interval.
  void look(spec::Interval now);

  /// A block came. Returns the depth at which it was wanted.
  void came(const spec::Root& root, bool was_handed_in);
  /// A request of ours for blocks is over: what has not come is wanted still.
  void ended(const Question& question);
  /// How many parents in a row had been followed to a block that was fetched; 0 if it came by itself.
  [[nodiscard]] std::uint32_t take_depth(const spec::Root& root);
  /// These are the parents for which blocks wait, in ascending order: all of them are wanted from the next
  /// look on, and no others.
  void keep_parents(const std::vector<chain::MissingBlock>& missing);

  /// Requests under way.
  [[nodiscard]] std::size_t in_flight() const { return places_; }
  [[nodiscard]] std::size_t wanted() const { return wanted_.size(); }

 private:
  struct Wanted {
    runtime::PeerId hint;
    Why why = Why::kVote;
    std::uint32_t depth = 0;
    std::uint32_t attempts = 0;
    spec::Interval not_before;
  };
  struct Named {
    spec::Root root;
    runtime::PeerId from;
    Why why = Why::kVote;
    std::uint32_t depth = 0;
  };
  using Batch = std::vector<spec::Root>;

  void look_at(const std::vector<Named>& named);
  /// Notes a root as wanted if there is room; null if not.
  Wanted* note(const Named& one);
  /// Those of `roots` that are to be asked for; counts what became of the others.
  [[nodiscard]] Batch sort_out(const Batch& roots, chain::RootsLooked& looked);
  /// Makes one request for roots that are neither here nor under way.
  [[nodiscard]] chain::FetchOutcome ask(const Batch& roots, std::optional<runtime::PeerId> hint, Why why);
  [[nodiscard]] bool reserve(Why why);
  void release(Why why);
  void try_later(const spec::Root& root, bool was_asked);
  void forget(const spec::Root& root);

  const chain::ChainReader& chain_;
  PeerBook& peers_;
  Questions& questions_;
  const InvalidRoots& invalid_;
  chain::Events& events_;
  bool capped_;

  std::map<spec::Root, Wanted> wanted_;
  std::size_t wanted_by_votes_ = 0;
  std::vector<Named> named_;
  /// Roots that a request under way names.
  std::set<spec::Root> pending_;
  /// Depths of blocks that were handed in and not decided about.
  std::map<spec::Root, std::uint32_t> depths_;
  std::size_t places_ = 0;
  std::size_t vote_places_ = 0;
  spec::Interval now_;
};

}  // namespace lockstep::sync
