// Catching up over a stretch of slots, batch by batch.
#pragma once

#include <cstdint>
#include <optional>

#include "node/chain/chain_reader.h"
#include "node/chain/events.h"
#include "node/spec/config.h"
#include "node/sync/peer_book.h"
#include "node/sync/questions.h"

namespace lockstep::sync {

/// Slots asked for at once. leanSpec asks for up to 1024; peers end an answer at some MiB anyway.
inline constexpr std::uint64_t kRangeSlots = 64;
/// More blocks are fetched only while fewer than this are on their way into the store.
inline constexpr std::size_t kReadyHighWater = 512;
/// After that many failed attempts in a row a range is given up until somebody shows its end again.
inline constexpr std::uint32_t kRangeAttemptsMax = 3;
/// A peer whose range began nowhere is not asked for one for so many intervals: others come first.
inline constexpr std::uint64_t kNoPastIntervals = 2 * spec::INTERVALS_PER_SLOT;

/// At most one range at a time, one request at a time: what comes must be imported in order. Not thread-safe.
class RangeSync {
 public:
  /// Everything referred to outlives it.
  RangeSync(const chain::ChainReader& chain, PeerBook& peers, Questions& questions, chain::Events& events)
      : chain_(chain), peers_(peers), questions_(questions), events_(events) {}

  /// Begins to fetch the slots from `first` to `last`, or adds them to those that are being fetched. `hint`
  /// is who showed us that they exist.
  void want(spec::Slot first, spec::Slot last, runtime::PeerId hint);
  /// Asks for the next batch if it is time for it.
  void pump(spec::Interval now);
  /// A request for a batch is over.
  void ended(const Question& question, const chain::RequestEnded& how);

  [[nodiscard]] bool is_active() const { return range_.has_value(); }
  /// Whether a block of that slot will come by the range, or its ancestors will.
  [[nodiscard]] bool covers(spec::Slot slot) const { return range_ && slot > range_->next; }

 private:
  struct Range {
    spec::Slot next;
    spec::Slot last;
    runtime::PeerId hint;
    /// The chain was already past its beginning: it is another branch.
    bool is_other_branch = false;
    std::uint32_t attempts = 0;
    spec::Interval not_before;
    bool in_flight = false;
  };

  void failed();
  /// The first block of an answer hangs in the air.
  void began_nowhere(const Question& question, const spec::BlocksByRangeRequest& asked);
  /// The slots from `from` on are done with as far as `next`.
  void moved_on(spec::Slot from, spec::Slot next);

  const chain::ChainReader& chain_;
  PeerBook& peers_;
  Questions& questions_;
  chain::Events& events_;
  std::optional<Range> range_;
  spec::Interval now_;
};

}  // namespace lockstep::sync
