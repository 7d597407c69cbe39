// Turns: how fibers begin, block, wake and end, and the loop that lets time pass between them.
#include "sim/core/engine.h"

#include <utility>

namespace lockstep::sim {

Fiber* WaitQueue::at(std::uint32_t index) const {
  Fiber* fiber = head_;
  for (; index > 0; --index) {
    fiber = fiber->next;
  }
  return fiber;
}

void WaitQueue::push_back(Fiber& fiber) {
  fiber.next = nullptr;
  fiber.previous = tail_;
  (tail_ == nullptr ? head_ : tail_->next) = &fiber;
  tail_ = &fiber;
  ++size_;
}

void WaitQueue::remove(Fiber& fiber) {
  (fiber.previous == nullptr ? head_ : fiber.previous->next) = fiber.next;
  (fiber.next == nullptr ? tail_ : fiber.next->previous) = fiber.previous;
  fiber.next = nullptr;
  fiber.previous = nullptr;
  --size_;
}

void Engine::Runnable::grow() {
  std::vector<Fiber*> larger(ring_.empty() ? 64 : ring_.size() * 2);
  const std::uint64_t count = size();
  for (std::uint64_t i = 0; i < count; ++i) {
    larger[i] = ring_[(begin_ + i) & (ring_.size() - 1)];
  }
  ring_ = std::move(larger);
  begin_ = 0;
  end_ = count;
}

Engine::Engine(Choices& choices) : Engine(choices, Options{}) {}

Engine::Engine(Choices& choices, const Options& options)
    : turns_left_(options.livelock_bound),
      policy_(options.policy),
      live_exceptions_(live_exception_state()),
      trace_(options.epoch),
      turn_choices_(choices, ChoiceDomain::kSchedule, 0, 0),
      wake_choices_(choices, ChoiceDomain::kWakeUp, 0, 0),
      timer_choices_(choices, ChoiceDomain::kTimer, 0, 0),
      choices_(choices),
      livelock_bound_(options.livelock_bound),
      own_stacks_(options.stacks == nullptr ? std::make_unique<StackPool>() : nullptr),
      stacks_(options.stacks == nullptr ? own_stacks_.get() : options.stacks) {
  LOCKSTEP_ASSERT(livelock_bound_ > 0);
}

Engine::~Engine() {
  run_out();
}

FiberRef Engine::spawn(std::string name, Lane lane, std::function<void()> body) {
  if (free_records_.empty()) {
    free_records_.push_back(&records_.emplace_back());
  }
  Fiber& fiber = *free_records_.back();
  fiber.stack = stacks_->take();
  free_records_.pop_back();
  fiber.id = next_id_++;
  fiber.lane = lane;
  fiber.name = std::move(name);
  fiber.body = std::move(body);
  fiber.engine = this;
  fiber.stopping = stopping();
  fiber.stop_attempts = 0;
  fiber.held_locks.clear();
  make_context(fiber.context, fiber.info, fiber.stack.low, fiber.stack.size, fiber.stack.colour, &fiber_main,
               &fiber);
  order::forget(fiber.stack.low, fiber.stack.size);
  order::forget(&fiber.held_locks, sizeof fiber.held_locks);
  order::name(fiber.info, fiber.name.c_str());
  order::release(&fiber);
  if (fiber.stopping) {
    order::look_away(fiber.info);
  }
  fiber.state = FiberState::kRunnable;
  fiber.op = Operation{OpKind::kStart, MemoryOrder::kSeqCst, 0, 0};
  if (strategy_ != nullptr) {
    strategy_->spawned(current_, fiber);
    if (current_ != nullptr) {
      strategy_->order(Ordering::Kind::kStarted, *current_, fiber.id - 1);
    }
  }
  enqueue(fiber);
  ++alive_;
  trace_.record(lane, TraceKind::kSpawn, fiber.id, choice_object(fiber.name));
  return {&fiber, fiber.generation};
}

Fiber& Engine::running() const {
  LOCKSTEP_ASSERT_MSG(current_ != nullptr, "only fibers may block; events and the caller of run() may not");
  return *current_;
}

/// A choice of the present instant; most instants need none, so streams move to it when one is drawn.
std::uint64_t Engine::draw(ChoiceStream& stream, std::uint64_t bound) {
  const auto instant = static_cast<std::uint64_t>(nanoseconds(now_));
  if (stream.next_key().object != instant) {
    stream = ChoiceStream(choices_, stream.next_key().domain, instant, 0);
  }
  return stream.below(bound);
}

/// Whose turn it is: the one place that decides. Null when nobody is runnable, or when the loop must look.
Fiber* Engine::pick() {
  if (strategy_ != nullptr) {
    return pick_by_strategy();
  }
  const std::uint64_t candidates = runnable_.size();
  if (candidates == 0 || turns_left_ == 0) {
    return nullptr;
  }
  --turns_left_;
  ++turns_;
  Fiber* fiber = nullptr;
  if (policy_ == Policy::kFifo || candidates == 1) {
    fiber = runnable_.take(0);
    runnable_.prefetch(0, 2);
  } else {
    fiber = runnable_.take(draw(turn_choices_, candidates));
    runnable_.prefetch(turn_choices_.guess(0, candidates), turn_choices_.guess(2, candidates) + 2);
  }
  fiber->state = FiberState::kRunning;
  trace_.record(fiber->lane, TraceKind::kSwitch, fiber->id, 0);
  return fiber;
}

Fiber* Engine::pick_by_strategy() {
  if (strategy_->ready().empty() || turns_left_ == 0) {
    return nullptr;
  }
  --turns_left_;
  ++turns_;
  Fiber& fiber = strategy_->next();
  fiber.state = FiberState::kRunning;
  if (&fiber != current_) {
    trace_.record(fiber.lane, TraceKind::kSwitch, fiber.id, 0);
  }
  return &fiber;
}

/// Gives up the turn of `me`, which is runnable or parked, and returns when it has the next one. While nobody
/// is runnable, events run right here on the stack of `me`: to go to the loop for them and to come back
/// costs two switches, whose returns the processor does not foresee.
void Engine::switch_away(Fiber& me) {
  Fiber* next = pick();
  while (next == nullptr && turns_left_ != 0) {
    current_ = nullptr;
    if (!let_time_pass()) {
      break;
    }
    next = pick();
  }
  if (next == &me) {
    current_ = &me;
  } else {
    switch_to(me, next);
  }
}

/// Lets `next` go on, or the loop when that is null.
void Engine::switch_to(Fiber& me, Fiber* next) {
  current_ = next;
  Context& to = next == nullptr ? loop_context_ : next->context;
  ContextInfo& to_info = next == nullptr ? loop_info_ : next->info;
  switch_context(me.context, me.info, to, to_info, *live_exceptions_, false);
}

/// Lets `fiber` have turns, and those that it hands over to, until the loop has to look.
void Engine::resume(Fiber& fiber) {
  current_ = &fiber;
  switch_context(loop_context_, loop_info_, fiber.context, fiber.info, *live_exceptions_, false);
  current_ = nullptr;
  if (ended_ != nullptr) {
    reap(*std::exchange(ended_, nullptr));
  }
}

void Engine::give_turn() {
  if (Fiber* fiber = pick()) {
    resume(*fiber);
  }
}

void Engine::fiber_main(void* argument) {
  Fiber& fiber = *static_cast<Fiber*>(argument);
  order::acquire(&fiber);
  fiber.engine->run_body(fiber);
  order::release(&fiber);
  fiber.engine->end(fiber, true);
}

/// Leaves `fiber` for good. `last` says that its frames are gone, too; else they are given up as they stand.
void Engine::end(Fiber& fiber, bool last) {
  trace_.record(fiber.lane, TraceKind::kExit, fiber.id, last ? 0 : 1);
  if (strategy_ != nullptr) {
    strategy_->remove(fiber);
  }
  wake_all(fiber.joiners);
  ended_ = &fiber;
  ended_abandoned_ = !last;
  switch_context(fiber.context, fiber.info, loop_context_, loop_info_, *live_exceptions_, last);
}

/// Takes the record and the stack of an ended fiber back. Runs on the loop's stack.
void Engine::reap(Fiber& fiber) {
  ++fiber.generation;
  fiber.state = FiberState::kFree;
  --alive_;
  if (std::exchange(ended_abandoned_, false)) {
    stacks_->abandon(fiber.stack);
    ++abandoned_;
    return;
  }
  order::acquire(&fiber);
  drop_context(fiber.info);
  if (!stacks_->give_back(fiber.stack)) {
    record_failure(FailureKind::kStackOverflow, &fiber, "the stack overflowed");
  }
  free_records_.push_back(&fiber);
}

void Engine::advance_to(Time time) {
  if (time == now_) {
    return;
  }
  now_ = time;
  turns_left_ = livelock_bound_;
  trace_.advance_to(time);
}

void Engine::dispatch(const Event& event) {
  --turns_left_;
  if (event.tag != Event::kNotesItself) {
    trace_.record(event.lane, TraceKind::kEvent, event.tag, 0);
  }
  try {
    event.run(event.object, event.a, event.b);
  } catch (...) {
    fail_with_current_exception(nullptr);
  }
}

RunEnd Engine::run_until(Time limit) {
  LOCKSTEP_ASSERT_MSG(!looping_, "run() may not be called by fibers or events");
  LOCKSTEP_ASSERT(limit >= now_);
  live_exceptions_ = live_exception_state();
  adopt_thread(loop_info_);
  halt_ = failure_.has_value();
  turns_left_ = halt_ ? 0 : livelock_bound_;
  looping_ = true;
  limit_ = limit;
  order::listen(&hear_of_race, this);
  const RunEnd end = loop(limit);
  limit_ = Time::min();
  looping_ = false;
  order::listen(nullptr, nullptr);
  return end;
}

/// Moves to the next event and runs all that are due with it. False when the present run() has none left.
bool Engine::let_time_pass() {
  Time due;
  Event event;
  if (!events_.pop_until(limit_, due, event)) {
    return false;
  }
  advance_to(due);
  dispatch(event);
  while (turns_left_ != 0 && events_.pop_until(now_, due, event)) {
    dispatch(event);
  }
  return true;
}

RunEnd Engine::loop(Time limit) {
  while (turns_left_ != 0) {
    if (ready() != 0) {
      give_turn();
      continue;
    }
    if (!let_time_pass()) {
      break;
    }
  }
  if (turns_left_ == 0 && !halt_) {
    record_failure(FailureKind::kLivelock, nullptr,
                   "more than " + std::to_string(livelock_bound_) + " turns and events at one instant");
  }
  if (failure_) {
    return RunEnd::kFailed;
  }
  if (halt_) {
    return RunEnd::kStopped;
  }
  if (limit != Time::max()) {
    advance_to(limit);
  }
  if (events_.size() != 0) {
    return RunEnd::kTimeReached;
  }
  return alive_ == 0 ? RunEnd::kFinished : RunEnd::kDeadlock;
}

void Engine::stop() {
  halt_ = true;
  turns_left_ = 0;
}

/// Parks `me` and lets the others go on until somebody wakes it. Never throws.
void Engine::block(Fiber& me, const Waiting& waiting) {
  me.waiting = &waiting;
  me.state = FiberState::kParked;
  if (strategy_ != nullptr) {
    strategy_->remove(me);
  }
  switch_away(me);
}

WakeUp Engine::block_until(Fiber& me, const Waiting& waiting, Time deadline) {
  if (fires_early()) [[unlikely]] {
    return wake_early(me, waiting);
  }
  return block_for(me, waiting, deadline);
}

/// Never ends before its time: what costs time costs it whatever faults there are.
WakeUp Engine::block_for(Fiber& me, const Waiting& waiting, Time deadline) {
  me.timed_out = false;
  me.timed = true;
  me.timer = call_at(deadline, Event{&wake_by_timer, &me, 0, 0, me.lane, 0, &prepare_wake});
  block(me, waiting);
  return me.timed_out ? WakeUp::kTimedOut : WakeUp::kUnparked;
}

void Engine::park(const Waiting& waiting) {
  Fiber& me = running();
  if (!me.stopping) {
    block(me, waiting);
  }
  check_stop(me);
}

WakeUp Engine::park_until(const Waiting& waiting, Time deadline) {
  Fiber& me = running();
  WakeUp end = WakeUp::kUnparked;
  if (!me.stopping) {
    end = block_until(me, waiting, deadline);
  }
  check_stop(me);
  return end;
}

void Engine::park_in(WaitQueue& queue, const Waiting& waiting) {
  Fiber& me = running();
  if (!me.stopping) {
    queue.push_back(me);
    me.queue = &queue;
    block(me, waiting);
  }
  check_stop(me);
}

WakeUp Engine::park_in_until(WaitQueue& queue, const Waiting& waiting, Time deadline) {
  Fiber& me = running();
  WakeUp end = WakeUp::kUnparked;
  if (!me.stopping) {
    queue.push_back(me);
    me.queue = &queue;
    end = block_until(me, waiting, deadline);
  }
  check_stop(me);
  return end;
}

void Engine::yield() {
  Fiber& me = running();
  let_others(me);
  check_stop(me);
}

/// Gives everybody else a turn who can have one, as far as the strategy obliges.
void Engine::let_others(Fiber& me) {
  me.state = FiberState::kRunnable;
  if (strategy_ != nullptr) {
    // Nobody else reads it, and it lies on a cache line that a switch need not touch.
    me.op = Operation{OpKind::kYield, MemoryOrder::kSeqCst, 0, 0};
  }
  enqueue(me);
  switch_away(me);
}

void Engine::schedule_point() {
  if (current_ == nullptr || current_->stopping) {
    return;
  }
  if (strategy_ != nullptr) {
    point(Operation{});
    return;
  }
  if (runnable_.size() == 0) {
    return;
  }
  Fiber& me = *current_;
  me.state = FiberState::kRunnable;
  runnable_.push(&me);
  switch_away(me);
}

void Engine::sleep_until(Time time) {
  const Waiting waiting{"sleep", nullptr, nullptr};
  Fiber& me = running();
  me.op = Operation{OpKind::kSleep, MemoryOrder::kSeqCst, 0, 0};
  if (!me.stopping) {
    static_cast<void>(block_for(me, waiting, time));
  }
  check_stop(me);
}

}  // namespace lockstep::sim
