// Head, justified and finalized: fields that belong together, read as if they did not.
#include <cstdint>
#include <memory>

#include "node/api/reader_source.h"
#include "node/chain/chain_reader.h"
#include "node/locking/coherent.h"
#include "node/runtime/atomic.h"
#include "node/sync/server.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::Coherent;
using locking::LockSeams;
using locking::Tier;

/// A checkpoint whose root is that of its slot exactly when both are of one update.
struct Head {
  int slot = 0;
  int root = 0;
};

/// Two fields without a lock.
class UnlockedHead {
 public:
  UnlockedHead(World& world, Tier /*tier*/, const char* /*name*/) : world_(world) {}
  Head read(const char* /*site*/) {
    Head copy;
    copy.slot = head_.slot;
    world_.pause();
    copy.root = head_.root;
    return copy;
  }
  template <typename F>
  void update(const char* /*site*/, F&& change) {
    change(head_);
  }

 private:
  World& world_;
  Head head_;
};

/// The node's part, made from a world.
template <typename T>
class NodeCoherent : public Coherent<T> {
 public:
  NodeCoherent(World& world, Tier tier, const char* name) : Coherent<T>(world.seams(), tier, name) {}
};

/// B-020. A request is answered with the head while the head moves.
template <typename Shared>
void a_head_is_of_one_update(World& world) {
  Shared head(world, Tier::kForkChoice, "head");
  world.beside({{"importer",
                 [&] {
                   head.update("importer", [&](Head& place) {
                     place.slot = 1;
                     world.pause();
                     place.root = 1;
                   });
                 }},
                {"request handler", [&] {
                   const Head seen = head.read("request handler");
                   world.expect(seen.slot == seen.root, "a slot of one update with the root of another");
                 }}});
}

/// The checkpoint of a slot: its root is that of no other.
spec::Checkpoint checkpoint(std::uint64_t slot) {
  spec::Checkpoint checkpoint{{}, spec::Slot(slot)};
  checkpoint.root.data.fill(static_cast<std::uint8_t>(slot));
  return checkpoint;
}

/// What the chain says of itself with the head at `slot`; finality is always two slots behind.
chain::ChainView view_at(std::uint64_t slot) {
  const spec::Checkpoint head = checkpoint(slot);
  return {.head = head,
          .safe_target = head,
          .justified = checkpoint(slot - 1),
          .finalized = checkpoint(slot - 2),
          .time = {},
          .newest_block_slot = spec::Slot(slot)};
}

/// Each checkpoint with a getter of its own, each getter with the lock.
class FieldByField {
 public:
  explicit FieldByField(World& world) : view_(world.seams(), Tier::kForkChoice, "chain view", view_at(2)) {}
  void advance(std::uint64_t slot) {
    view_.update("importer", [&](chain::ChainView& view) { return view = view_at(slot); });
  }
  spec::Status status() {
    return {.finalized = view_.read("finalized").finalized, .head = view_.read("head").head};
  }

 private:
  chain::SharedChainView view_;
};
/// What the node publishes of its chain, and how it answers a peer from that.
class NodeStatus {
 public:
  explicit NodeStatus(World& world)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), view_at(2),
                                                       std::make_shared<const spec::State>())) {}
  void advance(std::uint64_t slot) { chain_->changed(view_at(slot), nullptr); }
  spec::Status status() { return sync::status_of(*chain_); }

 private:
  /// Too large for the stack of a thread.
  std::unique_ptr<chain::PublishedChain> chain_;
};

/// B-022. A peer asks for head and finalized while both move.
template <typename Chain>
void head_and_finalized_are_of_one_moment(World& world) {
  Chain chain(world);
  world.beside({{"importer",
                 [&] {
                   chain.advance(3);
                   chain.advance(4);
                 }},
                {"request handler", [&] {
                   const spec::Status seen = chain.status();
                   world.expect(seen.head == checkpoint(seen.finalized.slot.value + 2),
                                "head and finalized of two moments");
                 }}});
}

/// The block tree with a head at `slot`: one block a slot.
chain::ForkChoiceView tree_at(std::uint64_t slot) {
  chain::ForkChoiceView tree;
  for (std::uint64_t at = 1; at <= slot; ++at) {
    tree.nodes.push_back({.root = checkpoint(at).root,
                          .slot = spec::Slot(at),
                          .parent_root = checkpoint(at - 1).root,
                          .proposer_index = {},
                          .weight = 1});
  }
  tree.head = checkpoint(slot).root;
  return tree;
}

/// Shows the tree and looks for the head a second time.
class LooksTwice {
 public:
  explicit LooksTwice(World& world) : tree_(world.seams(), Tier::kForkChoice, "tree", tree_at(1)) {}
  void advance(std::uint64_t slot) {
    tree_.update("importer", [&](chain::ForkChoiceView& tree) { tree = tree_at(slot); });
  }
  chain::ForkChoiceView answer() {
    chain::ForkChoiceView tree = tree_.read("tree");
    tree.head = tree_.read("head").head;
    return tree;
  }

 private:
  Coherent<chain::ForkChoiceView> tree_;
};
/// What the node's API answers from.
class NodeTree {
 public:
  explicit NodeTree(World& world)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), view_at(2),
                                                       std::make_shared<const spec::State>())),
        source_(*chain_, std::make_shared<const chain::Anchor>(), world.clock()) {
    advance(1);
  }
  void advance(std::uint64_t slot) {
    chain_->ticked(tree_at(slot));
    chain_->changed(view_at(slot + 2), nullptr);
  }
  chain::ForkChoiceView answer() { return *source_.fork_choice(); }

 private:
  std::unique_ptr<chain::PublishedChain> chain_;
  api::ReaderSource source_;
};

/// B-021. The API shows the tree while blocks come.
template <typename Chain>
void an_answer_sees_one_head(World& world) {
  Chain chain(world);
  world.beside({{"importer",
                 [&] {
                   chain.advance(2);
                   chain.advance(3);
                 }},
                {"api", [&] {
                   const chain::ForkChoiceView tree = chain.answer();
                   world.expect(tree.nodes.back().root == tree.head,
                                "the head shown is not in the tree shown");
                 }}});
}

/// A 64-bit time that is written and read in halves, as a plain one may be.
class PlainTime {
 public:
  explicit PlainTime(World& world) : world_(world) {}
  void store(std::uint64_t time) {
    high_ = static_cast<std::uint32_t>(time >> 32);
    world_.pause();
    low_ = static_cast<std::uint32_t>(time);
  }
  [[nodiscard]] std::uint64_t load() const {
    const std::uint64_t high = high_;
    world_.pause();
    return (high << 32) | low_;
  }

 private:
  World& world_;
  std::uint32_t high_ = 0;
  std::uint32_t low_ = 0;
};
class AtomicTime : public runtime::Atomic<std::uint64_t> {
 public:
  explicit AtomicTime(World& world) : Atomic(world.sync(), "last beat", 0) {}
};

/// B-128. The loop beats, the watchdog looks for stalls.
template <typename Time>
void a_watchdog_sees_times_that_were(World& world) {
  constexpr std::uint64_t kFirst = 0xffff'ffffULL;
  constexpr std::uint64_t kSecond = 0x1'0000'0000ULL;
  Time beat(world);
  beat.store(kFirst);
  world.beside({{"loop", [&] { beat.store(kSecond); }}, {"watchdog", [&] {
                                                           const std::uint64_t seen = beat.load();
                                                           world.expect(seen == kFirst || seen == kSecond,
                                                                        "a stall was seen that never was");
                                                         }}});
}

}  // namespace

std::vector<Pair> head_pairs() {
  return {
      {"B-020", "slot and root of a head were current at one instant", 200,
       &a_head_is_of_one_update<UnlockedHead>, &a_head_is_of_one_update<NodeCoherent<Head>>},
      {"B-021", "an answer reads the head once", 200, &an_answer_sees_one_head<LooksTwice>,
       &an_answer_sees_one_head<NodeTree>},
      {"B-022", "head and finalized are read together", 200,
       &head_and_finalized_are_of_one_moment<FieldByField>,
       &head_and_finalized_are_of_one_moment<NodeStatus>},
      {"B-128", "a clock that two threads share is atomic", 200, &a_watchdog_sees_times_that_were<PlainTime>,
       &a_watchdog_sees_times_that_were<AtomicTime>},
  };
}

}  // namespace lockstep::scenarios::races
