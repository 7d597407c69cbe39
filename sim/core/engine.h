// The deterministic engine: virtual time, fibers that take turns on one OS thread, and timed events.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/choices.h"
#include "sim/core/event_queue.h"
#include "sim/core/failure.h"
#include "sim/core/fiber.h"
#include "sim/core/order.h"
#include "sim/core/stack_pool.h"
#include "sim/core/strategy.h"
#include "sim/core/time.h"
#include "sim/core/trace.h"

namespace lockstep::sim {

/// Who runs next among the fibers that could, at one instant.
enum class Policy : std::uint8_t {
  /// Whoever has been runnable longest.
  kFifo,
  /// A keyed choice for every turn (`schedule:<instant in ns>:0:<n-th turn at it>`).
  kRandom,
};

/// What a wait ended with.
enum class WakeUp : std::uint8_t { kUnparked, kTimedOut };

/// Runs fibers and events to a plan that is a pure function of the choices' seed. At each instant all due
/// events come first, then runnable fibers by policy until none is left, then time jumps to the next event.
/// Events run on the caller's stack and must not block. Engines may follow one another in a process; each
/// belongs to the OS thread that runs it. Nothing here is global.
///
/// A fiber that must end before its body does (teardown, a node's crash) is unwound: every blocking call
/// that may throw then throws a private type that only the engine catches, so that destructors run. Calls
/// made while an exception is in flight, lock() and join() never throw it.
class Engine {
 public:
  struct Options {
    Policy policy = Policy::kRandom;
    /// Length of the trace's epochs: a slot, where the program has slots.
    base::Duration epoch = std::chrono::seconds(4);
    /// Turns and events at one instant after which the run fails as livelocked.
    std::uint64_t livelock_bound = 10'000'000;
    /// Where stacks come from; null: a pool of the engine's own. Sharing one between runs saves page faults.
    StackPool* stacks = nullptr;
  };

  /// `choices` must outlive the engine.
  explicit Engine(Choices& choices);
  Engine(Choices& choices, const Options& options);
  /// Unwinds the fibers that are left. What their frames refer to must still exist: call unwind() before it
  /// goes.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] Choices& choices() { return choices_; }
  [[nodiscard]] Trace& trace() { return trace_; }

  /// Lets `strategy` (not owned; null: the policy) decide all turns and wake-ups from now on. Requires: no
  /// fiber is alive.
  void set_strategy(Strategy* strategy);
  [[nodiscard]] Strategy* strategy() const { return strategy_; }
  /// Lets `strategy` (not owned) take over from the one before, in the middle of things: its run begins with
  /// the fibers that are alive, in order of creation. Not to be called by fibers or events.
  void hand_over_to(Strategy& strategy);
  /// A fault: a wait with a deadline may end before its time, where the strategy, or without one a choice of
  /// the run, says so. Else deadlines pass only when nothing earlier can happen. What sleeps is not woken
  /// early.
  void set_early_timers(bool early) { early_timers_ = early; }
  [[nodiscard]] bool early_timers() const { return early_timers_; }
  /// Whether a wait that begins at this moment is to end at once. False while the fault is off.
  [[nodiscard]] bool fires_early() { return early_timers_ && chooses_to_fire_early(); }
  /// A number for something that fibers operate on, in order of creation.
  [[nodiscard]] ObjectId add_object() { return ++objects_; }

  /// Makes the engine as good as new, at a fraction of the cost: time is 0, numbers count from 1, the trace
  /// is empty and nothing has failed. Unwinds the fibers that are left. Memory is kept. Choices go on being
  /// drawn from the same seed. Not to be called by fibers or events.
  void reset();

  /// Starts a fiber that is runnable at once, behind the others. `lane` says whose it is, `name` shows in
  /// reports. An exception that leaves `body` fails the run.
  FiberRef spawn(std::string name, Lane lane, std::function<void()> body);

  /// Runs until nothing is left to do. Not to be called by fibers or events.
  RunEnd run() { return run_until(Time::max()); }
  /// Runs everything due up to and including `limit`; then now() is `limit`. Requires: limit >= now().
  RunEnd run_until(Time limit);
  /// Makes run() return as soon as the current turn or event ends. It can be called again to go on.
  void stop();
  /// Records a failure (only the first counts) and makes run() return kFailed, this time and later.
  void fail(FailureKind kind, std::string what);
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

  /// Schedules `event` at `time`, or now if that has passed.
  EventId call_at(Time time, const Event& event) { return events_.push(time < now_ ? now_ : time, event); }
  /// False when the event has run or was cancelled.
  bool cancel(EventId id) { return events_.cancel(id); }

  /// The fiber that runs; null refers to none: outside run() and inside events.
  [[nodiscard]] FiberRef current() const {
    return current_ == nullptr ? FiberRef{} : FiberRef{current_, current_->generation};
  }
  /// True while the current fiber is being unwound.
  [[nodiscard]] bool stopping() const { return current_ != nullptr && current_->stopping; }

  /// Blocks the current fiber until unpark(). There is no memory of earlier unparks. May throw to unwind.
  void park(const Waiting& waiting);
  /// The same until `deadline`. May throw to unwind.
  WakeUp park_until(const Waiting& waiting, Time deadline);
  /// Blocks in `queue` until somebody unparks this fiber, which leaves the queue thereby. May throw to
  /// unwind.
  void park_in(WaitQueue& queue, const Waiting& waiting);
  WakeUp park_in_until(WaitQueue& queue, const Waiting& waiting, Time deadline);
  /// Makes a parked fiber runnable; false when it was not parked. Never switches.
  bool unpark(FiberRef ref);
  /// Makes one waiter of `queue` runnable: the first, or a chosen one under kRandom. False when it is empty.
  bool wake_one(WaitQueue& queue);
  void wake_all(WaitQueue& queue);

  /// Lets the others that are runnable have a turn. May throw to unwind.
  void yield();
  /// A place at which somebody else may come first: yield() when others are runnable, else nothing. Never
  /// throws; does nothing outside fibers and while unwinding.
  void schedule_point();
  /// schedule_point() that says what comes next. While the fiber is unwound it returns at once; code that
  /// turns in circles meanwhile is made to throw in the end.
  void point(const Operation& operation) {
    if (current_ == nullptr) {
      return;
    }
    Fiber& me = *current_;
    me.op = operation;
    if (me.stopping) [[unlikely]] {
      stopping_point(me);
    } else if (strategy_ != nullptr) {
      Fiber* next = pick();
      if (next != &me) {
        me.state = FiberState::kRunnable;
        switch_to(me, next);
      }
    } else {
      schedule_point();
    }
  }
  /// A scheduling point before an operation that can be done only while `queue` is open: the fiber stands in
  /// `queue` until it is chosen, and is runnable only while that is open (see open() and shut()), as which it
  /// begins when `is_open`. Returns true out of the queue, when the operation must be done at once; false
  /// when the fiber is unwound meanwhile. Needs a strategy. Never throws.
  [[nodiscard]] bool contend(WaitQueue& queue, const Operation& operation, const Waiting& waiting,
                             bool is_open);
  /// Makes all that contend in `queue` runnable.
  void open(WaitQueue& queue);
  /// Makes all that contend in `queue` wait.
  void shut(WaitQueue& queue);
  /// Takes a fiber that is parked somewhere over into `queue`, to contend there for `operation`. `waiting`
  /// must live as long as it stands there.
  void move_to(Fiber& fiber, WaitQueue& queue, const Operation& operation, const Waiting& waiting,
               bool is_open);

  /// Blocks the current fiber until `time`. May throw to unwind.
  void sleep_until(Time time);
  /// Blocks until the fiber has ended; at once if it has. A fiber that is being unwound waits for `ref`, too,
  /// which is then unwound itself if nothing else ends it. Never throws.
  void join(FiberRef ref);
  [[nodiscard]] bool alive(FiberRef ref) const {
    return ref.fiber != nullptr && ref.fiber->generation == ref.generation;
  }

  /// Begins to unwind one fiber (it must not be the current one): from now on its blocking calls throw.
  void stop_fiber(FiberRef ref);
  /// The same for all fibers of `lane` but the current one: a node's crash.
  void stop_fibers(Lane lane);
  /// The same for those of them that are called `name`.
  void stop_fibers(Lane lane, std::string_view name);
  /// Unwinds all fibers at once, at the present instant. Not to be called by fibers or events.
  void unwind();
  /// Fibers that would not end although they were unwound, and were given up with whatever they own.
  [[nodiscard]] std::size_t abandoned() const { return abandoned_; }

  /// The fibers that wait, by id, and for what.
  [[nodiscard]] std::vector<ParkedFiber> parked() const;
  /// parked() as text, one line a fiber.
  [[nodiscard]] std::string parked_report() const;
  /// Fibers that have not ended.
  [[nodiscard]] std::size_t fibers() const { return alive_; }
  [[nodiscard]] std::size_t pending_events() const { return events_.size(); }
  /// Turns given to fibers so far.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }

 private:
  friend class FiberSync;

  /// A growing ring of the fibers that could run, longest-runnable first.
  class Runnable {
   public:
    [[nodiscard]] std::uint64_t size() const { return end_ - begin_; }
    void push(Fiber* fiber) {
      if (size() == ring_.size()) [[unlikely]] {
        grow();
      }
      ring_[end_++ & (ring_.size() - 1)] = fiber;
    }
    /// Takes out the one with `index` before it; the first takes its place.
    Fiber* take(std::uint64_t index) {
      const std::uint64_t mask = ring_.size() - 1;
      Fiber* first = ring_[begin_ & mask];
      Fiber*& chosen = ring_[(begin_ + index) & mask];
      Fiber* fiber = chosen;
      chosen = first;
      ++begin_;
      return fiber;
    }
    void clear() { begin_ = end_; }
    /// Fetches the record of the fiber with `later` before it and the stack of the one with `soon` before
    /// it, which is at hand already. Both are guesses at who comes next, and may be off the ring's end.
    /// Inlined by force: g++ takes a function that only prefetches for one without effect and drops the call.
    [[gnu::always_inline]] void prefetch(std::uint64_t soon, std::uint64_t later) const {
      const std::uint64_t mask = ring_.size() - 1;
      __builtin_prefetch(ring_[(begin_ + later) & mask]);
      if (const Fiber* fiber = ring_[(begin_ + soon) & mask]) {
        const auto* stack = static_cast<const char*>(fiber->context.stack_pointer);
        __builtin_prefetch(stack);
        __builtin_prefetch(stack + 64);
      }
    }

   private:
    void grow();
    std::vector<Fiber*> ring_;
    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
  };

  // What bodies do is not the world's doing: builds in which functions tell on entry leave these two out.
  [[gnu::no_instrument_function]] static void fiber_main(void* argument);
  static void wake_by_timer(void* fiber, std::uint64_t, std::uint64_t);
  static void prepare_wake(void* fiber, std::uint64_t, std::uint64_t, std::size_t ahead);
  [[nodiscard]] Fiber& running() const;
  [[nodiscard]] Fiber* pick();
  [[nodiscard]] Fiber* pick_by_strategy();
  [[nodiscard]] std::uint64_t ready() const {
    return strategy_ == nullptr ? runnable_.size() : strategy_->ready().size();
  }
  /// Makes `fiber`, whose state says so already, one that can be picked.
  void enqueue(Fiber& fiber) { strategy_ == nullptr ? runnable_.push(&fiber) : strategy_->add(fiber); }
  void stopping_point(Fiber& me);
  void block(Fiber& me, const Waiting& waiting);
  WakeUp block_until(Fiber& me, const Waiting& waiting, Time deadline);
  WakeUp block_for(Fiber& me, const Waiting& waiting, Time deadline);
  bool chooses_to_fire_early();
  WakeUp wake_early(Fiber& me, const Waiting& waiting);
  void switch_away(Fiber& me);
  void switch_to(Fiber& me, Fiber* next);
  void resume(Fiber& fiber);
  void wake(Fiber& fiber);
  void give_turn();
  void advance_to(Time time);
  void dispatch(const Event& event);
  RunEnd loop(Time limit);
  bool let_time_pass();
  [[gnu::no_instrument_function]] void run_body(Fiber& fiber) noexcept;
  void reap(Fiber& fiber);
  void end(Fiber& fiber, bool last);
  /// Stands at the end of every blocking call that may throw.
  void check_stop(Fiber& me) {
    if (me.stopping) [[unlikely]] {
      on_stop(me);
    }
  }
  void on_stop(Fiber& me);
  void let_others(Fiber& me);
  [[nodiscard]] std::uint64_t draw(ChoiceStream& stream, std::uint64_t bound);
  void begin_stop(Fiber& fiber);
  void run_out();
  Strategy* leave_strategy();
  void fail_if_circle(const Fiber& me, const Waiting& waiting);
  [[nodiscard]] bool find_circle(const Fiber& me, const Waiting& edge, std::string& circle,
                                 std::vector<const Fiber*>& seen) const;
  [[nodiscard]] std::string describe(const Waiting& waiting) const;
  void fail_with_current_exception(const Fiber* fiber) noexcept;
  static void hear_of_race(void* engine, const order::Race& race);
  void record_failure(FailureKind kind, const Fiber* fiber, std::string what);

  Fiber* current_ = nullptr;
  /// Turns that may still be given at this instant; 0 also stands for "return to the loop and look".
  std::uint64_t turns_left_;
  Strategy* strategy_ = nullptr;
  Policy policy_;
  bool halt_ = false;
  bool early_timers_ = false;
  bool looping_ = false;
  /// Until when the present run() lets time pass; before all times outside of one.
  Time limit_ = Time::min();
  ExceptionState* live_exceptions_ = nullptr;
  Runnable runnable_;
  Trace trace_;
  Time now_{};
  ChoiceStream turn_choices_;
  ChoiceStream wake_choices_;
  ChoiceStream timer_choices_;
  std::uint64_t turns_ = 0;
  Context loop_context_;
  ContextInfo loop_info_;
  Fiber* ended_ = nullptr;
  bool ended_abandoned_ = false;
  EventQueue events_;

  Choices& choices_;
  std::uint64_t livelock_bound_;
  std::unique_ptr<StackPool> own_stacks_;
  StackPool* stacks_;
  std::deque<Fiber> records_;
  std::vector<Fiber*> free_records_;
  std::uint32_t next_id_ = 1;
  ObjectId objects_ = 0;
  std::size_t alive_ = 0;
  std::size_t abandoned_ = 0;
  std::optional<Failure> failure_;
};

}  // namespace lockstep::sim
