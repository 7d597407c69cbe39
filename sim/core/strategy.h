// Who has the next turn, when that is not left to the engine's policy.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/fiber.h"
#include "sim/core/mix.h"

namespace lockstep::sim {

/// One executed operation of a run.
struct Step {
  /// The fiber's number in order of creation, from 0.
  std::uint32_t thread = 0;
  /// The fiber of the step before could have gone on, namely with `waived`.
  bool took_over = false;
  Operation operation;
  Operation waived;
};

/// What orders threads besides turns, as profiles of a run need it.
struct Ordering {
  enum class Kind : std::uint8_t { kTook, kTookShared, kGaveBack, kStarted, kJoined };
  Kind kind = Kind::kTook;
  /// By whom: a fiber's number in order of creation, from 0.
  std::uint32_t thread = 0;
  /// The lock, or the other thread.
  std::uint32_t what = 0;
  /// So many steps of the run came before.
  std::uint64_t step = 0;
};

/// Decides every turn of an engine: the engine tells it which fibers could run, it says which does. Each of
/// them has published what it is about to do (Fiber::op). Also keeps what every exploration wants to know of
/// a run: steps, decisions, preemptions, a hash of the schedule.
///
/// A strategy may serve many runs, one after another; begin_run() separates them. Whoever derives from it
/// overrides choose() and what else it needs. Belongs to one OS thread.
class Strategy {
 public:
  /// After this many steps on end of one fiber while others could run, a fair choice is made instead.
  static constexpr std::uint32_t kPatience = 1000;

  virtual ~Strategy() = default;

  /// Forgets the last run. Requires: no fiber is known (all have ended).
  void begin_run();

  /// For the engine: `fiber` could run from now on.
  void add(Fiber& fiber) {
    if (fiber.ready_slot == Fiber::kNotReady) {
      fiber.ready_slot = static_cast<std::uint32_t>(ready_.size());
      ready_.push_back(&fiber);
      added(fiber);
    }
  }
  /// For the engine: `fiber` cannot run any more. Ignores those that could not.
  void remove(Fiber& fiber) {
    if (fiber.ready_slot != Fiber::kNotReady) {
      ready_[fiber.ready_slot] = ready_.back();
      ready_[fiber.ready_slot]->ready_slot = fiber.ready_slot;
      ready_.pop_back();
      fiber.ready_slot = Fiber::kNotReady;
      if (last_ == &fiber) {
        last_ = nullptr;
      }
      removed(fiber);
    }
  }
  /// For the engine: whose turn it is. That fiber stays ready until it is removed. Requires: some are ready.
  [[nodiscard]] Fiber& next() {
    if (closed_ != 0) [[unlikely]] {
      return *ready_[closed_++ % ready_.size()];
    }
    Fiber* chosen = ready_.front();
    if (ready_.size() > 1) {
      ++decisions_;
      chosen = fair_turn_ ? &choose_fairly() : &choose();
      fair_turn_ = false;
      if (chosen != last_) {
        preemptions_ += last_ != nullptr && last_->op.kind != OpKind::kYield ? 1 : 0;
        turns_on_end_ = 0;
      } else if (++turns_on_end_ >= kPatience) [[unlikely]] {
        grow_impatient();
      }
    }
    if (++steps_ >= fair_after_) [[unlikely]] {
      pass_fair_limit(*chosen);
    }
    note(*chosen);
    last_ = chosen;
    return *chosen;
  }
  /// The run has failed and what still happens is its tidying up: nothing is decided, counted or recorded any
  /// more, and turns go round, until the next begin_run().
  void close() { closed_ = 1; }
  /// For the engine: `child` begins, started by `parent` (null: by nobody's fiber).
  virtual void spawned(const Fiber* parent, Fiber& child);

  /// One out of [0, bound) for a choice that is not about turns: which waiter a notification wakes.
  [[nodiscard]] virtual std::uint32_t choose_value(std::uint32_t bound);

  /// The fibers that could run, the one whose turn it is included, in no meaningful order.
  [[nodiscard]] const std::vector<Fiber*>& ready() const { return ready_; }
  /// Operations executed so far in this run.
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  /// Those before which more than one fiber could run.
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  /// Decisions that took the turn from a fiber that could have gone on and had not asked others to.
  [[nodiscard]] std::uint64_t preemptions() const { return preemptions_; }
  /// Of (thread, kind, object) of every step in order.
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  /// Appends every step to `*sink` (not owned); null: nowhere.
  void record_into(std::vector<Step>* sink) { sink_ = sink; }
  /// Appends every outcome of choose_value() to `*sink` (not owned); null: nowhere.
  void record_values_into(std::vector<std::uint32_t>* sink) { value_sink_ = sink; }
  /// Appends everything that order() is told to `*sink` (not owned); null: nowhere.
  void record_orderings_into(std::vector<Ordering>* sink) { ordering_sink_ = sink; }
  /// For whoever has locks and threads: `fiber` has taken or given back a lock, started or joined a thread.
  void order(Ordering::Kind kind, const Fiber& fiber, std::uint32_t what) {
    if (ordering_sink_ != nullptr) [[unlikely]] {
      ordering_sink_->push_back({kind, index_of(fiber), what, steps_});
    }
  }
  /// From step `fair` on turns go round in order of creation, whatever the strategy: a run of a correct
  /// program then ends. One that has not after `most` steps fails as livelocked. Takes effect with
  /// begin_run(). Requires: fair <= most.
  void limit_steps(std::uint64_t fair, std::uint64_t most) {
    fair_limit_ = fair;
    most_steps_ = most;
  }

 protected:
  /// A run begins.
  virtual void begin() {}
  /// One of ready(), of which there are two at least.
  [[nodiscard]] virtual Fiber& choose() = 0;
  virtual void added(Fiber& /*fiber*/) {}
  virtual void removed(Fiber& /*fiber*/) {}
  /// `fiber` is about to execute its operation; also called when there was nothing to choose.
  virtual void executes(Fiber& /*fiber*/) {}
  /// One fiber has been chosen kPatience times on end: others must come now.
  virtual void grow_impatient() { fair_turn_ = true; }
  /// One of [0, bound), however the strategy likes.
  [[nodiscard]] virtual std::uint32_t draw_value(std::uint32_t /*bound*/) { return 0; }

  /// The fiber of the last turn while it could go on; else null.
  [[nodiscard]] Fiber* last() const { return last_; }
  /// The next ready fiber after the last one's number, in circle.
  [[nodiscard]] Fiber& choose_fairly();

  /// A fiber's number in order of creation, from 0.
  [[nodiscard]] static std::uint32_t index_of(const Fiber& fiber) { return fiber.id - 1; }

 private:
  void pass_fair_limit(Fiber& chosen);
  void note(Fiber& fiber) {
    const std::uint64_t word =
        (std::uint64_t{fiber.id} << 40) | (static_cast<std::uint64_t>(fiber.op.kind) << 32) | fiber.op.object;
    hash_ = fold_product(hash_ ^ word, kGoldenStep) + hash_;
    if (sink_ != nullptr) [[unlikely]] {
      const bool took_over = last_ != nullptr && last_ != &fiber;
      sink_->push_back({index_of(fiber), took_over, fiber.op, took_over ? last_->op : Operation{}});
    }
    executes(fiber);
  }

  std::vector<Fiber*> ready_;
  Fiber* last_ = nullptr;
  std::uint64_t steps_ = 0;
  std::uint64_t decisions_ = 0;
  std::uint64_t preemptions_ = 0;
  std::uint64_t hash_ = 0;
  std::uint32_t turns_on_end_ = 0;
  std::uint32_t last_fair_ = 0;
  bool fair_turn_ = false;
  /// 0 before close(); then counts turns, which go round.
  std::uint64_t closed_ = 0;
  std::uint64_t fair_limit_ = ~std::uint64_t{0};
  std::uint64_t fair_after_ = ~std::uint64_t{0};
  std::uint64_t most_steps_ = ~std::uint64_t{0};
  std::vector<Step>* sink_ = nullptr;
  std::vector<std::uint32_t>* value_sink_ = nullptr;
  std::vector<Ordering>* ordering_sink_ = nullptr;
};

}  // namespace lockstep::sim
