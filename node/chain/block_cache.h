// Fetched blocks that are not in the store: block, bytes and parent link, changed and seen as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/chain/exchange.h"
#include "node/locking/tiered_lock.h"
#include "node/runtime/transport.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// Fetched blocks that are kept (leanSpec: MAX_CACHED_BLOCKS).
inline constexpr std::size_t kCachedBlocksMax = 1024;

/// SSZ bytes that many may hold and nobody changes.
using BytesPointer = std::shared_ptr<const base::Bytes>;

/// What the cache knows of one block. Owns it together with others: stays good whatever the cache does.
struct CachedBlock {
  spec::Root root;
  SignedBlockPointer block;
  /// Null when the block came without, and none were attached since.
  BytesPointer bytes;
  /// Who sent it.
  runtime::PeerId from{};
  /// Counts up with every block that comes in.
  std::uint64_t arrival = 0;

  [[nodiscard]] spec::Slot slot() const { return block->block.slot; }
  [[nodiscard]] const spec::Root& parent_root() const { return block->block.parent_root; }
};

enum class CacheOutcome : std::uint8_t { kInserted, kAlreadyCached, kFull };

/// A block that cached blocks wait for.
struct MissingBlock {
  spec::Root root;
  /// The lowest slot of those that wait for it, and who sent that one.
  spec::Slot child_slot;
  runtime::PeerId from;
};

/// A bounded cache of blocks by root, behind one mutex. Every call is one critical section; what it returns
/// is the caller's. `site` is a string literal that says who asks. Thread-safe.
class BlockCache {
 public:
  explicit BlockCache(const locking::LockSeams& seams, std::size_t bound = kCachedBlocksMax)
      : mutex_(seams, locking::Tier::kBlockCache, "block cache"), bound_(bound) {}

  /// From here on it takes as many as come. To be called before anybody else knows of it.
  void lift_bound();

  /// Adds block, bytes (may be null) and the link from its parent. Changes nothing unless it says kInserted.
  CacheOutcome insert(const char* site, const spec::Root& root, SignedBlockPointer block, BytesPointer bytes,
                      runtime::PeerId from = {});
  /// The same, but when the cache is full the block that came first makes room and is handed over: it is
  /// never kFull.
  struct Insertion {
    CacheOutcome outcome = CacheOutcome::kInserted;
    std::optional<CachedBlock> evicted;
  };
  [[nodiscard]] Insertion insert_evicting(const char* site, const spec::Root& root, SignedBlockPointer block,
                                          BytesPointer bytes, runtime::PeerId from);
  /// Gives bytes to a block that is there without; false when it is not there or has some.
  bool attach_bytes(const char* site, const spec::Root& root, BytesPointer bytes);

  /// Block and bytes as they were at one moment.
  [[nodiscard]] std::optional<CachedBlock> clone(const char* site, const spec::Root& root) const;
  [[nodiscard]] bool contains(const char* site, const spec::Root& root) const;
  /// Which of `roots` are there, at one moment and in their order.
  [[nodiscard]] std::vector<bool> has_blocks_batch(const char* site, std::span<const spec::Root> roots) const;
  [[nodiscard]] std::vector<spec::Root> children_of(const char* site, const spec::Root& parent) const;
  [[nodiscard]] std::size_t count(const char* site) const;

  /// Removes a block and the link from its parent; its children stay. True for exactly one remover.
  bool remove(const char* site, const spec::Root& root);
  /// Removes all descendants of `root`, not itself; returns how many. The longest hold: up to the bound.
  std::size_t remove_children_of(const char* site, const spec::Root& root);
  /// Removes all blocks of slots up to `slot`: the chain has moved past them. Returns how many.
  std::size_t prune_up_to(const char* site, spec::Slot slot);

  /// Takes out all children of `parent`, by slot and then by arrival. Each block is handed to one taker.
  [[nodiscard]] std::vector<CachedBlock> take_children(const char* site, const spec::Root& parent);
  /// Takes out all descendants of `parent`, parents before children.
  [[nodiscard]] std::vector<CachedBlock> take_descendants(const char* site, const spec::Root& parent);
  /// Takes out all blocks of slots up to `slot`, by arrival.
  [[nodiscard]] std::vector<CachedBlock> take_up_to(const char* site, spec::Slot slot);

  /// The root on which `root` waits in the end: its oldest cached ancestor's parent. `root` itself if it is
  /// not cached.
  [[nodiscard]] spec::Root missing_ancestor(const char* site, spec::Root root) const;
  /// The parents that are not cached, by root, at most so many.
  [[nodiscard]] std::vector<MissingBlock> missing(const char* site, std::size_t count_max) const;

  /// The roots of blocks of slots up to `slot`, in ascending order.
  [[nodiscard]] std::vector<spec::Root> collect_up_to(const char* site, spec::Slot slot) const;
  /// Calls `visit(CachedBlock)` for each block in order of roots, the lock held: it must not take locks of
  /// this tier or below.
  template <typename F>
  void for_each_block(const char* site, F&& visit) const {
    const locking::Hold hold = mutex_.hold(site);
    for (const auto& [root, entry] : blocks_) {
      visit(CachedBlock(entry));
    }
  }

  /// What is wrong with the links; empty when every block is linked from its parent, every link leads to a
  /// block, and the bound holds. O(n).
  [[nodiscard]] std::string audit(const char* site) const;
  [[nodiscard]] const locking::LockTimes& times() const { return mutex_.times(); }

 private:
  using Blocks = std::map<spec::Root, CachedBlock>;
  void erase(Blocks::iterator entry);
  CacheOutcome add(const spec::Root& root, SignedBlockPointer block, BytesPointer bytes,
                   runtime::PeerId from);
  CachedBlock take(const spec::Root& root);
  void take_children_into(const spec::Root& parent, std::vector<CachedBlock>& out);

  mutable locking::TieredMutex mutex_;
  std::size_t bound_;
  Blocks blocks_;
  /// (parent, child) for each block.
  std::set<std::pair<spec::Root, spec::Root>> links_;
  std::map<std::uint64_t, spec::Root> by_arrival_;
  std::uint64_t next_arrival_ = 0;
};

}  // namespace lockstep::chain
