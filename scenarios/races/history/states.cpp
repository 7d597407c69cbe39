// States that are freed, swapped or locked up under somebody's hands.
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "node/api/reader_source.h"
#include "node/chain/chain_reader.h"
#include "node/locking/coherent.h"
#include "node/locking/pinned_map.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::Hold;
using locking::LockSeams;
using locking::Tier;

/// A state as far as these stories go: its stamp says which it is.
struct State {
  int stamp = 0;
};
constexpr State kFreed{-1};

/// What the buggy parts hand out: an address.
struct Loose {
  const State* state;
  const State& operator*() const { return *state; }
  const State* operator->() const { return state; }
};

/// States whose lock is let go before anybody reads what was found under it.
class LooseStates {
 public:
  struct Commit {
    Loose value;
    bool kept_existing;
  };
  LooseStates(const LockSeams& seams, Tier tier, const char* name) : mutex_(seams, tier, name) {}
  std::optional<Loose> get(const char* site, int key) {
    const Hold hold = mutex_.hold_shared(site);
    const auto found = map_.find(key);
    return found == map_.end() ? std::nullopt : std::optional<Loose>(Loose{found->second.get()});
  }
  Commit commit_keep_existing(const char* site, int key, std::shared_ptr<const State> value) {
    const Hold hold = mutex_.hold(site);
    const auto [entry, is_new] = map_.try_emplace(key, std::move(value));
    return {{entry->second.get()}, !is_new};
  }
  std::shared_ptr<const State> fetch_remove(const char* site, int key) {
    const Hold hold = mutex_.hold(site);
    auto node = map_.extract(key);
    return node.empty() ? nullptr : node.mapped();
  }

 protected:
  locking::TieredSharedMutex mutex_;
  std::map<int, std::shared_ptr<const State>> map_;
};

/// States in which the second commit of a key puts its own in the place of the first.
class SwappingStates : public LooseStates {
 public:
  using LooseStates::LooseStates;
  Commit commit_keep_existing(const char* site, int key, std::shared_ptr<const State> value) {
    const Hold hold = mutex_.hold(site);
    map_[key] = std::move(value);
    return {{map_[key].get()}, false};
  }
};

using PinnedStates = locking::PinnedMap<int, State>;

/// B-002. Reader: look up, read. Pruner: remove and free in between.
template <typename States>
void a_state_is_read_while_it_is_pruned(World& world) {
  States states(world.seams(), Tier::kStates, "states");
  static_cast<void>(states.commit_keep_existing("anchor", 1, world.mortal(State{1}, kFreed)));
  world.beside({{"reader",
                 [&] {
                   const auto state = states.get("reader", 1);
                   world.pause();
                   world.expect(!state || (**state).stamp == 1, "a state is read after it was freed");
                 }},
                {"pruner", [&] { static_cast<void>(states.fetch_remove("pruner", 1)); }}});
}

/// B-004. Two import one block; the follow-up of one prunes it while the other still writes it to disk.
template <typename States>
void a_commit_is_used_until_the_import_ends(World& world) {
  States states(world.seams(), Tier::kStates, "states");
  const auto import = [&] {
    const auto commit = states.commit_keep_existing("import", 7, world.mortal(State{7}, kFreed));
    world.pause();
    world.expect(commit.value->stamp == 7, "a state is written to disk after it was freed");
    world.pause();
    world.expect(commit.value->stamp == 7, "an import is confirmed by a state that was freed");
  };
  world.beside({{"importer", import}, {"finalizing importer", [&] {
                                         import();
                                         world.pause();
                                         static_cast<void>(states.fetch_remove("prune", 7));
                                       }}});
}

/// B-005. The state of a block is the same one for as long as it is there.
template <typename States>
void a_state_stays_the_one_it_is(World& world) {
  States states(world.seams(), Tier::kStates, "states");
  const auto import = [&](int stamp) {
    return [&, stamp] {
      int committed = 0;
      {
        const auto commit = states.commit_keep_existing("import", 7, world.mortal(State{stamp}, kFreed));
        committed = commit.value->stamp;
      }
      const auto again = states.get("follow-up", 7);
      world.expect((**again).stamp == committed, "the state of a block was swapped for another");
    };
  };
  world.beside({{"gossip importer", import(1)}, {"sync importer", import(2)}});
}

/// B-006. Publishing looks at the parent's state and commits the child's.
void publishing_keeps_its_look_at_the_parent(World& world) {
  PinnedStates states(world.seams(), Tier::kStates, "states");
  static_cast<void>(states.commit_keep_existing("anchor", 1, world.mortal(State{1}, kFreed)));
  world.beside({{"proposer", [&] {
                   const auto parent = states.get("publish", 1);
                   const int child = (**parent).stamp + 1;
                   static_cast<void>(
                       states.commit_keep_existing("publish", child, world.mortal(State{child}, kFreed)));
                 }}});
}
void publishing_copies_the_parent_and_lets_go(World& world) {
  PinnedStates states(world.seams(), Tier::kStates, "states");
  static_cast<void>(states.commit_keep_existing("anchor", 1, world.mortal(State{1}, kFreed)));
  const auto publish = [&] {
    auto parent = states.get("publish", 1);
    const int child = parent->clone_and_release().stamp + 1;
    static_cast<void>(states.commit_keep_existing("publish", child, world.mortal(State{child}, kFreed)));
  };
  world.beside({{"proposer", publish}, {"importer", publish}});
}

/// A state for whose copy there is no memory.
struct HugeState {
  HugeState() = default;
  HugeState(const HugeState& /*other*/) { throw std::runtime_error("no memory for a copy"); }
  HugeState& operator=(const HugeState&) = delete;
};

/// A borrow that unlocks on the way on which nothing goes wrong.
class ForgetfulStates {
 public:
  class Borrow {
   public:
    Borrow(runtime::SharedMutex& mutex, const HugeState& state) : mutex_(mutex), state_(state) {}
    HugeState clone_and_release() {
      HugeState copy(state_);
      mutex_.unlock_shared();
      return copy;
    }

   private:
    runtime::SharedMutex& mutex_;
    const HugeState& state_;
  };
  ForgetfulStates(const LockSeams& seams, Tier /*tier*/, const char* name) : mutex_(seams.sync, name) {}
  void put_exclusive(const char* /*site*/, int key, std::shared_ptr<const HugeState> state) {
    mutex_.lock();
    map_[key] = std::move(state);
    mutex_.unlock();
  }
  std::optional<Borrow> get(const char* /*site*/, int key) {
    mutex_.lock_shared();
    return std::optional<Borrow>(std::in_place, mutex_, *map_.at(key));
  }

 private:
  runtime::SharedMutex mutex_;
  std::map<int, std::shared_ptr<const HugeState>> map_;
};

/// B-026. A copy fails for lack of memory; the next writer must get in all the same, be it the same thread.
template <typename States>
void a_failed_copy_leaves_no_lock_behind(World& world) {
  States states(world.seams(), Tier::kStates, "states");
  states.put_exclusive("anchor", 1, std::make_shared<const HugeState>());
  world.beside(
      {{"api",
        [&] {
          auto state = states.get("api", 1);
          bool failed = false;
          try {
            static_cast<void>(state->clone_and_release());
          } catch (const std::runtime_error&) {
            failed = true;
          }
          world.expect(failed, "the copy was to fail");
          states.put_exclusive("api", 3, std::make_shared<const HugeState>());
        }},
       {"importer", [&] { states.put_exclusive("import", 2, std::make_shared<const HugeState>()); }}});
}

/// A value that is read and written each under the lock, but not at once.
class SplitUpdate {
 public:
  SplitUpdate(const LockSeams& seams, Tier tier, const char* name) : value_(seams, tier, name, 0) {}
  template <typename F>
  void update(const char* site, F&& change) {
    int value = value_.read(site);
    change(value);
    value_.update(site, [&](int& place) { return place = value; });
  }

 private:
  locking::Coherent<int> value_;
};

/// B-008. Two threads report finality; each event goes out once and in order.
template <typename Last>
void finality_is_reported_once(World& world) {
  Last last(world.seams(), Tier::kCaches, "last finalized");
  std::vector<int> emitted;
  const auto report = [&](int slot) {
    return [&, slot] {
      last.update("report", [&](int& reported) {
        if (slot > reported) {
          emitted.push_back(slot);
          world.pause();
          reported = slot;
        }
      });
    };
  };
  world.beside({{"loop", report(5)}, {"bridge", report(5)}});
  world.expect(emitted == std::vector<int>{5}, "finality of one slot was reported twice");
}

spec::Root root_of(std::uint64_t slot) {
  spec::Root root;
  root.data.fill(static_cast<std::uint8_t>(slot));
  return root;
}

/// Head and checkpoints stay at slot 1 while blocks of a minority come.
chain::ChainView stalled_view(std::uint64_t newest) {
  const spec::Checkpoint first{root_of(1), spec::Slot(1)};
  return {.head = first,
          .safe_target = first,
          .justified = first,
          .finalized = {root_of(0), spec::Slot(0)},
          .time = {},
          .newest_block_slot = spec::Slot(newest)};
}

/// A state of the chain by the slot that it says.
std::shared_ptr<const spec::State> chain_state(World& world, std::uint64_t slot) {
  spec::State state;
  state.slot = spec::Slot(slot);
  return world.mortal(std::move(state), spec::State{});
}

/// The cached finalized state, handed out as an address.
class EscapingValue {
 public:
  explicit EscapingValue(World& world)
      : mutex_(world.seams(), Tier::kCaches, "events"), value_(chain_state(world, 1)) {}
  std::optional<const spec::State*> finalized_state() {
    const Hold hold = mutex_.hold("api");
    return value_.get();
  }
  void finalize_next(World& world) {
    auto next = chain_state(world, 2);
    const Hold hold = mutex_.hold("import");
    value_ = std::move(next);
  }

 private:
  locking::TieredMutex mutex_;
  std::shared_ptr<const spec::State> value_;
};
/// What the node's API serves, from a chain that finalizes and prunes.
class NodeFinalized {
 public:
  explicit NodeFinalized(World& world)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), at(1), chain_state(world, 1))),
        source_(*chain_, std::make_shared<const chain::Anchor>(), world.clock()) {}
  std::optional<chain::BorrowedState> finalized_state() { return source_.finalized_state(); }
  void finalize_next(World& world) {
    spec::SignedBlock block;
    block.block.slot = spec::Slot(2);
    chain_->imported(root_of(2), std::make_shared<const spec::SignedBlock>(std::move(block)),
                     chain_state(world, 2));
    chain_->changed(at(2), nullptr);
  }

 private:
  static chain::ChainView at(std::uint64_t slot) {
    const spec::Checkpoint checkpoint{root_of(slot), spec::Slot(slot)};
    chain::ChainView view;
    view.head = view.safe_target = view.justified = view.finalized = checkpoint;
    return view;
  }
  std::unique_ptr<chain::PublishedChain> chain_;
  api::ReaderSource source_;
};

/// B-003. The API serialises the finalized state while finality moves on.
template <typename Chain>
void a_finalized_state_is_served(World& world) {
  Chain chain(world);
  world.beside({{"api",
                 [&] {
                   const auto state = chain.finalized_state();
                   const spec::Slot first_half = (**state).slot;
                   world.pause();
                   const spec::Slot second_half = (**state).slot;
                   world.expect(first_half == second_half && first_half.value > 0,
                                "the answer was written from a state that was freed");
                 }},
                {"importer", [&] { chain.finalize_next(world); }}});
}

/// Keeps the states of so many of the highest slots.
class KeepsTheNewest {
 public:
  explicit KeepsTheNewest(World& world) : states_(world.seams(), Tier::kStates, "states") {}
  void import(std::uint64_t slot) {
    states_.put_exclusive("import", slot, std::make_shared<const State>());
    if (slot >= kKept) {
      static_cast<void>(states_.fetch_remove("prune", slot - kKept));
    }
  }
  bool has_head_state() { return states_.get("api", 1).has_value(); }

 private:
  static constexpr std::uint64_t kKept = 3;
  locking::PinnedMap<std::uint64_t, State> states_;
};
class NodeChain {
 public:
  explicit NodeChain(World& world)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), anchored_view(),
                                                       std::make_shared<const spec::State>())) {}
  void import(std::uint64_t slot) {
    spec::SignedBlock block;
    block.block.slot = spec::Slot(slot);
    chain_->imported(root_of(slot), std::make_shared<const spec::SignedBlock>(std::move(block)),
                     std::make_shared<const spec::State>());
    chain_->changed(stalled_view(slot), nullptr);
  }
  bool has_head_state() { return chain_->borrow_state("api", chain_->view("api").head.root).has_value(); }

 private:
  static chain::ChainView anchored_view() {
    chain::ChainView view = stalled_view(0);
    view.head = view.finalized;
    return view;
  }
  /// Too large for the stack of a thread.
  std::unique_ptr<chain::PublishedChain> chain_;
};

/// B-186. Finality stalls and a minority's fork grows; the states of the head must stay.
template <typename Chain>
void the_heads_state_stays(World& world) {
  Chain chain(world);
  chain.import(1);
  world.beside({{"importer",
                 [&] {
                   for (std::uint64_t slot = 2; slot < 7; ++slot) {
                     chain.import(slot);
                   }
                 }},
                {"api", [&] { world.expect(chain.has_head_state(), "the state of the head was pruned"); }}});
  world.expect(chain.has_head_state(), "the state of the head was pruned");
}

}  // namespace

std::vector<Pair> state_pairs() {
  return {
      {"B-002", "a state that is being read is not freed", 200,
       &a_state_is_read_while_it_is_pruned<LooseStates>, &a_state_is_read_while_it_is_pruned<PinnedStates>},
      {"B-003", "a state is served from a borrow, not from an address", 200,
       &a_finalized_state_is_served<EscapingValue>, &a_finalized_state_is_served<NodeFinalized>},
      {"B-004", "between the commit of a state and the end of its import the state is pinned", 200,
       &a_commit_is_used_until_the_import_ends<LooseStates>,
       &a_commit_is_used_until_the_import_ends<PinnedStates>},
      {"B-005", "a state is never swapped while somebody may have it", 200,
       &a_state_stays_the_one_it_is<SwappingStates>, &a_state_stays_the_one_it_is<PinnedStates>},
      {"B-006", "nobody commits while it borrows", 1, &publishing_keeps_its_look_at_the_parent,
       &publishing_copies_the_parent_and_lets_go},
      {"B-008", "reading, deciding and writing what was reported last is one step", 200,
       &finality_is_reported_once<SplitUpdate>, &finality_is_reported_once<locking::Coherent<int>>},
      {"B-026", "a borrow ends also when the copy fails", 200,
       &a_failed_copy_leaves_no_lock_behind<ForgetfulStates>,
       &a_failed_copy_leaves_no_lock_behind<locking::PinnedMap<int, HugeState>>},
      {"B-186", "the states of head, justified and finalized stay", 1, &the_heads_state_stays<KeepsTheNewest>,
       &the_heads_state_stays<NodeChain>},
  };
}

}  // namespace lockstep::scenarios::races
