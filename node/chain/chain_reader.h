// What every thread may read of the chain while its one mutator goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "node/chain/block_cache.h"
#include "node/chain/chain_view.h"
#include "node/chain/exchange.h"
#include "node/chain/fork_choice_view.h"
#include "node/chain/known_blocks.h"
#include "node/chain/served_blocks.h"
#include "node/locking/cached_value.h"
#include "node/locking/locked_map.h"
#include "node/locking/tiered_lock.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// The chain as it was published last. Every call is one critical section and sees one moment; two calls see
/// two. `site` is a string literal that says who asks. Thread-safe; its writer is PublishedChain.
class ChainReader {
 public:
  ChainReader(const ChainReader&) = delete;
  ChainReader& operator=(const ChainReader&) = delete;

  /// Head, safe target, justified, finalized, time: read once for each decision.
  [[nodiscard]] ChainView view(const char* site) const { return view_.read(site); }

  /// Whether a block is in the store.
  [[nodiscard]] bool knows(const char* site, const spec::Root& root) const {
    return known_.contains(site, root);
  }
  /// Which of `roots` are in the store, in their order.
  [[nodiscard]] std::vector<bool> has_blocks_batch(const char* site,
                                                   std::span<const spec::Root> roots) const {
    return known_.has_blocks_batch(site, roots);
  }
  /// Whether a block is in the store, waits for its parent, or is on its way into the store. A block that
  /// moves from one place to the next meanwhile is found: they are looked at in the order in which blocks
  /// pass through them, and a block is in the next before it leaves one.
  [[nodiscard]] bool has_or_holds(const char* site, const spec::Root& root) const {
    return coming_.contains(site, root) || waiting_.contains(site, root) || coming_.contains(site, root) ||
           known_.contains(site, root);
  }
  /// How many blocks are on their way into the store: those that were handed in and those that came before
  /// their time.
  [[nodiscard]] std::size_t blocks_coming(const char* site) const { return coming_.count(site); }
  /// The blocks that wait for their parents.
  [[nodiscard]] const BlockCache& waiting() const { return waiting_; }

  /// The state after a block, read in place while the states' lock is held shared; nothing when the block is
  /// unknown or older than the finalized one. To be let go of soon, and before talking to the outside.
  [[nodiscard]] std::optional<BorrowedState> borrow_state(const char* site, const spec::Root& root) const {
    return states_.get(site, root);
  }
  /// The same kept alive by a share in its ownership: nobody waits for its end.
  [[nodiscard]] std::optional<BorrowedState> share_state(const char* site, const spec::Root& root) const {
    return states_.get_counted(site, root);
  }
  [[nodiscard]] std::size_t states(const char* site) const { return states_.count(site); }
  /// The state of the latest finalized block, read in place while a mutex is held that the next one waits
  /// for: to be copied and let go of at once.
  [[nodiscard]] std::optional<BorrowedState> borrow_finalized_state(const char* site) const {
    return finalized_.borrow(site);
  }

  /// Null when there is none: it is unknown, it is the anchor, or it is older than what is kept.
  [[nodiscard]] SignedBlockPointer signed_block(const char* site, const spec::Root& root) const {
    return served_.by_root(site, root);
  }
  /// The blocks of these roots, in the order asked, without those that are not kept.
  [[nodiscard]] std::vector<SignedBlockPointer> signed_blocks(const char* site,
                                                              std::span<const spec::Root> roots) const {
    return served_.by_roots(site, roots);
  }
  /// The blocks of the head's chain in `count` slots from `first` on.
  [[nodiscard]] std::vector<SignedBlockPointer> canonical_blocks(const char* site, spec::Slot first,
                                                                 std::uint64_t count) const {
    return served_.canonical(site, first, count);
  }

  /// The block tree as it was at the latest tick.
  [[nodiscard]] std::shared_ptr<const ForkChoiceView> fork_choice(const char* site) const {
    return tree_.read(site);
  }

  /// Calls `visit(name, times)` for each lock in here: how long it was waited for and held, by site.
  template <typename F>
  void visit_locks(F&& visit) const {
    visit("chain view", view_.times());
    visit("known blocks", known_.times());
    visit("coming blocks", coming_.times());
    visit("block cache", waiting_.times());
    visit("states", states_.times());
    visit("finalized state", finalized_.times());
    visit("served blocks", served_.times());
    visit("block tree", tree_.times());
  }

 protected:
  ChainReader(const locking::LockSeams& seams, const ChainView& view);
  ~ChainReader() = default;

  SharedChainView view_;
  KnownBlocks known_;
  /// How many copies of a block are on their way: one that is refused, or found out to be wrong, must not
  /// hide the other.
  locking::LockedMap<spec::Root, std::uint32_t> coming_;
  BlockCache waiting_;
  /// Looking up is no change.
  mutable States states_;
  mutable locking::CachedValue<spec::State> finalized_;
  ServedBlocks served_;
  locking::Coherent<std::shared_ptr<const ForkChoiceView>> tree_;
};

/// The writing side. One thread writes, except where it says otherwise; everything is published in an order
/// in which a reader who learned of a block finds what belongs to it.
class PublishedChain final : public ChainReader {
 public:
  /// The anchor is known from the beginning.
  PublishedChain(const locking::LockSeams& seams, const ChainView& view,
                 std::shared_ptr<const spec::State> anchor_state);

  /// A block has entered the store. Returns how many signed blocks are kept.
  std::size_t imported(const spec::Root& root, SignedBlockPointer block,
                       std::shared_ptr<const spec::State> state);
  /// Head, checkpoints or time changed; `move` says how the head's chain did, null when it stayed. States of
  /// slots before the finalized one go.
  void changed(const ChainView& view, const ServedBlocks::Move* move);

  /// An interval has passed.
  void ticked(ForkChoiceView tree);

  /// A copy of a block was handed in, or left the ways into the store: each that came is taken out once. Any
  /// thread.
  void coming(const spec::Root& root);
  void came(const spec::Root& root);
  [[nodiscard]] BlockCache& waiting() { return waiting_; }

 private:
  ChainView published_;
  struct Published {
    spec::Root root;
    std::shared_ptr<const spec::State> state;
  };
  void finalize(const spec::Checkpoint& finalized);

  /// The states that are published, by slot.
  std::multimap<spec::Slot, Published> states_by_slot_;
};

}  // namespace lockstep::chain
