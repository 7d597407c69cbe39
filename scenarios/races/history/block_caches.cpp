// Fetched blocks: block, bytes and parent link that come apart.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "node/chain/block_cache.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using chain::BlockCache;
using chain::BytesPointer;
using chain::CacheOutcome;
using chain::SignedBlockPointer;
using locking::Hold;
using locking::Tier;
using spec::Root;

constexpr std::uint8_t kPoison = 0xde;

Root root_of(std::uint8_t slot) {
  Root root;
  root.data.fill(slot);
  return root;
}

/// The block of `slot`, child of the slot before.
SignedBlockPointer block_of(std::uint8_t slot) {
  spec::SignedBlock block;
  block.block.slot = spec::Slot(slot);
  block.block.parent_root = root_of(static_cast<std::uint8_t>(slot - 1));
  return std::make_shared<const spec::SignedBlock>(std::move(block));
}

BytesPointer bytes_of(World& world, std::uint8_t slot) {
  return world.mortal(base::Bytes(4, slot), base::Bytes(4, kPoison));
}

/// Block and bytes of a cache that locks as it should, read under two acquisitions.
class TwoLookCache : public BlockCache {
 public:
  explicit TwoLookCache(World& world) : BlockCache(world.seams()) {}
  std::optional<chain::CachedBlock> clone(const char* site, const Root& root) {
    auto cached = BlockCache::clone(site, root);
    if (cached) {
      const auto second_look = BlockCache::clone(site, root);
      cached->bytes = second_look ? second_look->bytes : nullptr;
    }
    return cached;
  }
};

/// The node's cache, as the stories make it.
class NodeCache : public BlockCache {
 public:
  explicit NodeCache(World& world) : BlockCache(world.seams()) {}
  void insert(const char* site, const Root& root, SignedBlockPointer block, BytesPointer bytes) {
    static_cast<void>(insert_evicting(site, root, std::move(block), std::move(bytes), {1}));
  }
};

/// B-011. The importer reads a pair while a pruner removes it.
template <typename Cache>
void a_pair_is_read_while_it_is_removed(World& world) {
  Cache cache(world);
  cache.insert("gossip", root_of(2), block_of(2), bytes_of(world, 2));
  world.beside({{"importer",
                 [&] {
                   const auto cached = cache.clone("importer", root_of(2));
                   world.expect(!cached || cached->bytes != nullptr, "a block was read without its bytes");
                 }},
                {"pruner", [&] { cache.remove("pruner", root_of(2)); }}});
}

/// A getter that reads block and bytes at once, and then hands out the addresses of both.
class BorrowingCache {
 public:
  struct Cached {
    const spec::SignedBlock* block;
    const base::Bytes* bytes;
  };
  explicit BorrowingCache(World& world) : mutex_(world.seams(), Tier::kBlockCache, "block cache") {}
  void insert(const char* site, const Root& root, SignedBlockPointer block, BytesPointer bytes) {
    const Hold hold = mutex_.hold(site);
    entries_[root] = {std::move(block), std::move(bytes)};
  }
  std::optional<Cached> clone(const char* site, const Root& root) {
    const Hold hold = mutex_.hold(site);
    const auto found = entries_.find(root);
    return found == entries_.end()
               ? std::nullopt
               : std::optional<Cached>(Cached{found->second.first.get(), found->second.second.get()});
  }
  bool remove(const char* site, const Root& root) {
    const Hold hold = mutex_.hold(site);
    return entries_.erase(root) > 0;
  }

 private:
  locking::TieredMutex mutex_;
  std::map<Root, std::pair<SignedBlockPointer, BytesPointer>> entries_;
};

/// B-012. What was read under the lock is used after it.
template <typename Cache>
void a_pair_is_used_after_its_removal(World& world) {
  Cache cache(world);
  cache.insert("gossip", root_of(2), block_of(2), bytes_of(world, 2));
  world.beside({{"importer",
                 [&] {
                   const auto cached = cache.clone("importer", root_of(2));
                   world.pause();
                   world.expect(!cached || cached->bytes->front() == 2,
                                "bytes of a block were read after they were freed");
                 }},
                {"pruner", [&] { cache.remove("pruner", root_of(2)); }}});
}

/// Three maps, each with a mutex of its own.
class ThreeMaps {
 public:
  explicit ThreeMaps(World& world)
      : blocks_mutex_(world.sync(), "blocks"),
        bytes_mutex_(world.sync(), "bytes"),
        links_mutex_(world.sync(), "links") {}
  void insert(const char* /*site*/, const Root& root, const SignedBlockPointer& block, BytesPointer bytes) {
    {
      const std::lock_guard lock(blocks_mutex_);
      blocks_[root] = block;
    }
    {
      const std::lock_guard lock(bytes_mutex_);
      bytes_[root] = std::move(bytes);
    }
    const std::lock_guard lock(links_mutex_);
    links_.emplace(block->block.parent_root, root);
  }
  std::string audit(const char* /*site*/) {
    const std::lock_guard blocks(blocks_mutex_);
    const std::lock_guard bytes(bytes_mutex_);
    const std::lock_guard links(links_mutex_);
    return blocks_.size() == bytes_.size() && blocks_.size() == links_.size() ? "" : "the maps disagree";
  }

 private:
  runtime::Mutex blocks_mutex_;
  runtime::Mutex bytes_mutex_;
  runtime::Mutex links_mutex_;
  std::map<Root, SignedBlockPointer> blocks_;
  std::map<Root, BytesPointer> bytes_;
  std::set<std::pair<Root, Root>> links_;
};

/// B-009. Somebody looks while a block is added.
template <typename Cache>
void a_block_is_seen_whole_or_not_at_all(World& world) {
  Cache cache(world);
  world.beside({{"gossip", [&] { cache.insert("gossip", root_of(2), block_of(2), bytes_of(world, 2)); }},
                {"reader", [&] {
                   world.expect(cache.audit("reader").empty(),
                                "a block was seen without its bytes or its parent link");
                 }}});
}

/// Adds a block and then, in a second step, its bytes.
struct InsertThenAttach {
  static void add(BlockCache& cache, World& world) {
    cache.insert("gossip", root_of(2), block_of(2), nullptr);
    cache.attach_bytes("gossip", root_of(2), bytes_of(world, 2));
  }
};
struct InsertWhole {
  static void add(BlockCache& cache, World& world) {
    static_cast<void>(cache.insert_evicting("gossip", root_of(2), block_of(2), bytes_of(world, 2), {1}));
  }
};

/// B-010. A descendant's import takes a block from the cache that gossip puts there.
template <typename Gossip>
void a_cached_block_is_imported_with_its_bytes(World& world) {
  BlockCache cache(world.seams());
  world.beside({{"gossip", [&] { Gossip::add(cache, world); }},
                {"importer", [&] {
                   const auto cached = cache.clone("importer", root_of(2));
                   world.expect(!cached || cached->bytes != nullptr,
                                "a block was imported without its bytes");
                 }}});
}

/// Removal in two steps: find the parent, then remove entry and link.
class TwoStepCache : public BlockCache {
 public:
  explicit TwoStepCache(World& world) : BlockCache(world.seams()) {}
  bool remove(const char* site, const Root& root) {
    const auto cached = BlockCache::clone(site, root);
    if (!cached) {
      return false;
    }
    BlockCache::remove(site, root);
    return true;
  }
};

/// B-013. Two remove one block: one of them did it.
template <typename Cache>
void a_block_is_removed_by_one(World& world) {
  Cache cache(world);
  cache.insert("gossip", root_of(2), block_of(2), bytes_of(world, 2));
  Noted<int> removers;
  const auto remove = [&] { removers += cache.remove("remover", root_of(2)) ? 1 : 0; };
  world.beside({{"importer", remove}, {"pruner", remove}});
  world.expect(removers == 1, "two threads were told that they removed one block");
}

}  // namespace

std::vector<Pair> block_cache_pairs() {
  return {
      {"B-009", "block, bytes and parent link are seen together or not at all", 200,
       &a_block_is_seen_whole_or_not_at_all<ThreeMaps>, &a_block_is_seen_whole_or_not_at_all<NodeCache>},
      {"B-010", "a block comes into the cache with its bytes", 200,
       &a_cached_block_is_imported_with_its_bytes<InsertThenAttach>,
       &a_cached_block_is_imported_with_its_bytes<InsertWhole>},
      {"B-011", "block and bytes are read under one acquisition", 200,
       &a_pair_is_read_while_it_is_removed<TwoLookCache>, &a_pair_is_read_while_it_is_removed<NodeCache>},
      {"B-012", "nothing that a lock returns points at what it guards", 200,
       &a_pair_is_used_after_its_removal<BorrowingCache>, &a_pair_is_used_after_its_removal<NodeCache>},
      {"B-013", "looking up the parent and removing the child is one step", 200,
       &a_block_is_removed_by_one<TwoStepCache>, &a_block_is_removed_by_one<NodeCache>},
  };
}

}  // namespace lockstep::scenarios::races
