// Requests in flight, callbacks and queues: what happens between two looks at a table.
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/chain/block_cache.h"
#include "node/chain/chain_reader.h"
#include "node/locking/locked_map.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::LockedMap;
using locking::Tier;

/// A request and the roots that it asked for, which end with it.
struct Request {
  std::shared_ptr<const std::vector<int>> roots;
};
using Requests = LockedMap<int, Request>;

/// Copies the request under the lock, and what it points to afterwards.
struct ShallowSnapshot {
  static std::vector<int> take(World& world, Requests& requests) {
    const std::vector<int>* roots = nullptr;
    requests.with_value_locked("sweep", 1, [&](Request& request) { roots = request.roots.get(); });
    world.pause();
    return roots == nullptr ? std::vector<int>{} : *roots;
  }
};
struct DeepSnapshot {
  static std::vector<int> take(World& world, Requests& requests) {
    const auto roots = requests.with_value_locked("sweep", 1, [&](Request& request) {
      world.pause();
      return *request.roots;
    });
    return roots.value_or(std::vector<int>{});
  }
};

/// B-017. The sweep for timeouts copies a request while its answer comes.
template <typename Snapshot>
void a_request_is_copied_while_it_ends(World& world) {
  Requests requests(world.seams(), Tier::kNetworkMaps, "requests");
  requests.put("send", 1, {world.mortal(std::vector<int>{7, 8}, std::vector<int>{-1})});
  world.beside({{"sweeper",
                 [&] {
                   const std::vector<int> roots = Snapshot::take(world, requests);
                   world.expect(roots.empty() || roots == std::vector<int>{7, 8},
                                "the roots of a request were read after they were freed");
                 }},
                {"finisher", [&] { requests.remove("answer", 1); }}});
}

/// A table of callbacks that two loops share without a lock.
class BareTable {
 public:
  explicit BareTable(World& world) : world_(world) {}
  void add(int id, int context) {
    ids_[count_] = id;
    ++count_;
    world_.pause();
    contexts_[count_ - 1] = context;
  }
  std::optional<int> find(int id) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (ids_[i] == id) {
        return contexts_[i];
      }
    }
    return std::nullopt;
  }

 private:
  World& world_;
  std::array<int, 8> ids_{};
  std::array<int, 8> contexts_{};
  std::size_t count_ = 0;
};
class LockedTable {
 public:
  explicit LockedTable(World& world) : map_(world.seams(), Tier::kNetworkMaps, "callbacks") {}
  void add(int id, int context) { map_.put("add", id, context); }
  std::optional<int> find(int id) { return map_.get("find", id); }

 private:
  LockedMap<int, int> map_;
};

/// B-139. Requests go out while answers come in.
template <typename Table>
void a_callback_is_found_whole(World& world) {
  Table table(world);
  world.beside({{"loop",
                 [&] {
                   table.add(1, 101);
                   table.add(2, 102);
                 }},
                {"bridge", [&] {
                   for (int id = 1; id <= 2; ++id) {
                     world.pause();
                     const auto context = table.find(id);
                     world.expect(!context || *context == 100 + id, "an answer met half an entry");
                   }
                 }}});
}

/// Collects positions first and works them off with the lock let go in between.
class IndexedDrain {
 public:
  explicit IndexedDrain(World& world) : mutex_(world.seams(), Tier::kPendingBlocks, "pending blocks") {}
  void add(int block) {
    const locking::Hold hold = mutex_.hold("add");
    blocks_.push_back(block);
  }
  template <typename F>
  void drain(F&& import) {
    std::size_t count = 0;
    {
      const locking::Hold hold = mutex_.hold("drain");
      count = blocks_.size();
    }
    for (std::size_t i = count; i-- > 0;) {
      std::optional<int> block;
      {
        const locking::Hold hold = mutex_.hold("drain");
        block = i < blocks_.size() ? std::optional<int>(blocks_[i]) : std::nullopt;
      }
      if (block) {
        import(*block);
      }
      const locking::Hold hold = mutex_.hold("drain");
      if (i < blocks_.size()) {
        blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(i));
      }
    }
  }

 private:
  locking::TieredMutex mutex_;
  std::vector<int> blocks_;
};
/// The node's cache: what is taken is gone from it before the lock is.
class TakingDrain {
 public:
  explicit TakingDrain(World& world) : blocks_(world.seams()) {}
  void add(int number) {
    spec::SignedBlock block;
    block.block.slot = spec::Slot(static_cast<std::uint64_t>(number));
    block.block.parent_root = kParent;
    spec::Root root;
    root.data.fill(static_cast<std::uint8_t>(number + 1));
    blocks_.insert("add", root, std::make_shared<const spec::SignedBlock>(std::move(block)), nullptr);
  }
  template <typename F>
  void drain(F&& import) {
    for (const chain::CachedBlock& block : blocks_.take_children("drain", kParent)) {
      import(static_cast<int>(block.slot().value));
    }
  }

 private:
  static constexpr spec::Root kParent{};
  chain::BlockCache blocks_;
};

/// B-029. Two threads drain the pending blocks while gossip adds one.
template <typename Pending>
void a_pending_block_is_handled_once(World& world) {
  Pending pending(world);
  std::vector<int> handled(4, 0);
  const auto import = [&](int block) {
    ++handled.at(static_cast<std::size_t>(block));
    world.pause();
  };
  const auto drain = [&] { pending.drain(import); };
  for (int block = 0; block < 3; ++block) {
    pending.add(block);
  }
  world.beside({{"loop", drain}, {"importer", drain}, {"gossip", [&] { pending.add(3); }}});
  pending.drain(import);
  world.expect(handled == std::vector<int>(4, 1), "a pending block was imported twice or never");
}

/// Blocks on their way, each there or not.
class SetOfBlocks {
 public:
  explicit SetOfBlocks(World& world) : roots_(world.seams(), Tier::kPendingBlocks, "coming blocks") {}
  void coming(const spec::Root& root) { roots_.add("handed in", root); }
  void came(const spec::Root& root) { roots_.remove("taken out", root); }
  bool has_or_holds(const char* site, const spec::Root& root) { return roots_.contains(site, root); }

 private:
  chain::KnownBlocks roots_;
};
class NodeBlocks {
 public:
  explicit NodeBlocks(World& world)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), chain::ChainView{},
                                                       std::make_shared<const spec::State>())) {}
  void coming(const spec::Root& root) { chain_->coming(root); }
  void came(const spec::Root& root) { chain_->came(root); }
  bool has_or_holds(const char* site, const spec::Root& root) { return chain_->has_or_holds(site, root); }

 private:
  /// Too large for the stack of a thread.
  std::unique_ptr<chain::PublishedChain> chain_;
};

/// L-04, which the catalogue does not have. Two copies of a block come, from gossip and from an answer; there
/// is no room for the second one. The first is still on its way, and nobody may ask for it again.
template <typename Blocks>
void a_block_that_comes_twice_is_found(World& world) {
  Blocks blocks(world);
  spec::Root root;
  root.data.fill(7);
  world.beside({{"gossip",
                 [&] {
                   blocks.coming(root);
                   world.pause();
                   world.expect(blocks.has_or_holds("sync", root), "a block on its way is asked for again");
                   blocks.came(root);
                 }},
                {"answer", [&] {
                   blocks.coming(root);
                   blocks.came(root);
                 }}});
  world.expect(!blocks.has_or_holds("sync", root), "a block that nobody has is not asked for");
}

}  // namespace

std::vector<Pair> request_pairs() {
  return {
      {"B-017", "what a copy points to is copied under the same lock", 200,
       &a_request_is_copied_while_it_ends<ShallowSnapshot>, &a_request_is_copied_while_it_ends<DeepSnapshot>},
      {"B-029", "no position in a queue survives the lock", 200,
       &a_pending_block_is_handled_once<IndexedDrain>, &a_pending_block_is_handled_once<TakingDrain>},
      {"B-139", "a table that two loops share has a lock", 200, &a_callback_is_found_whole<BareTable>,
       &a_callback_is_found_whole<LockedTable>},
      {"L-04", "a block is on its way as long as one copy of it is", 200,
       &a_block_that_comes_twice_is_found<SetOfBlocks>, &a_block_that_comes_twice_is_found<NodeBlocks>},
  };
}

}  // namespace lockstep::scenarios::races
