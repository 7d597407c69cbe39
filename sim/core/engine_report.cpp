// Telling what went wrong and who waits for whom.
#include <algorithm>
#include <exception>

#include "sim/core/engine.h"

namespace lockstep::sim {
namespace {

std::string seconds(Time time) {
  const std::int64_t total = nanoseconds(time);
  const std::string fraction = std::to_string(1'000'000'000 + total % 1'000'000'000).substr(1);
  return std::to_string(total / 1'000'000'000) + "." + fraction + " s";
}

std::string owner(Lane lane) {
  return lane == kWorldLane ? "world" : "node " + std::to_string(static_cast<std::uint32_t>(lane) - 1);
}

}  // namespace

const char* to_text(FailureKind kind) {
  switch (kind) {
    case FailureKind::kException:
      return "exception";
    case FailureKind::kDeadlock:
      return "deadlock";
    case FailureKind::kLivelock:
      return "livelock";
    case FailureKind::kMisuse:
      return "misuse";
    case FailureKind::kStackOverflow:
      return "stack overflow";
    case FailureKind::kDataRace:
      return "data race";
  }
  return "?";
}

const char* to_text(RunEnd end) {
  switch (end) {
    case RunEnd::kFinished:
      return "finished";
    case RunEnd::kTimeReached:
      return "time reached";
    case RunEnd::kStopped:
      return "stopped";
    case RunEnd::kDeadlock:
      return "deadlock";
    case RunEnd::kFailed:
      return "failed";
  }
  return "?";
}

std::string to_text(const Failure& failure) {
  return "at " + seconds(failure.time) + ", " + owner(failure.lane) + ", " + failure.fiber + ": " +
         to_text(failure.kind) + ": " + failure.what;
}

void Engine::record_failure(FailureKind kind, const Fiber* fiber, std::string what) {
  halt_ = true;
  turns_left_ = 0;
  if (failure_) {
    return;
  }
  const Lane lane = fiber == nullptr ? kWorldLane : fiber->lane;
  trace_.record(lane, TraceKind::kFailure, static_cast<std::uint64_t>(kind), choice_object(what));
  failure_ = Failure{kind, fiber == nullptr ? "event" : fiber->name, lane, now_, std::move(what), {}, {}};
}

void Engine::fail(FailureKind kind, std::string what) {
  record_failure(kind, current_, std::move(what));
}

/// Heard from a detector beneath the program: a fiber has just touched what another did.
void Engine::hear_of_race(void* engine, const order::Race& race) {
  auto& me = *static_cast<Engine*>(engine);
  if (me.failure_) {
    return;
  }
  me.record_failure(FailureKind::kDataRace, me.current_, race.sentence);
  me.failure_->fingerprint = race.fingerprint;
  for (std::size_t at = 0; at < race.stacks.size();) {
    const std::size_t end = race.stacks.find('\n', at);
    me.failure_->details.push_back(race.stacks.substr(at, end - at));
    at = end == std::string::npos ? race.stacks.size() : end + 1;
  }
}

void Engine::fail_with_current_exception(const Fiber* fiber) noexcept {
  try {
    throw;
  } catch (const std::exception& error) {
    record_failure(FailureKind::kException, fiber, error.what());
  } catch (...) {
    record_failure(FailureKind::kException, fiber, "an exception that is no std::exception");
  }
}

std::string Engine::describe(const Waiting& waiting) const {
  std::string text = waiting.on;
  if (waiting.name != nullptr) {
    text += std::string(" ") + waiting.name;
  }
  if (waiting.holder != nullptr && *waiting.holder != nullptr && (*waiting.holder)->name != text) {
    text += ", held by " + (*waiting.holder)->name;
  }
  if (waiting.sharers != nullptr) {
    const char* before = ", shared by ";
    for (const Fiber* fiber : *waiting.sharers) {
      text += before + fiber->name;
      before = ", ";
    }
  }
  return text;
}

std::vector<ParkedFiber> Engine::parked() const {
  std::vector<ParkedFiber> found;
  for (const Fiber& fiber : records_) {
    if (fiber.state == FiberState::kParked) {
      found.push_back({fiber.id, fiber.name, fiber.lane, describe(*fiber.waiting), &fiber});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const ParkedFiber& a, const ParkedFiber& b) { return a.id < b.id; });
  return found;
}

std::string Engine::parked_report() const {
  std::string text;
  for (const ParkedFiber& fiber : parked()) {
    text += owner(fiber.lane) + ", " + fiber.fiber + " waits for " + fiber.waits_for + "\n";
  }
  return text;
}

/// Fails the run when `me`, about to wait, would close a circle of fibers that wait for one another.
void Engine::fail_if_circle(const Fiber& me, const Waiting& waiting) {
  const auto stands = [&me](const Fiber* holder) {
    return holder == &me || (holder != nullptr && holder->state == FiberState::kParked);
  };
  if (!(waiting.holder != nullptr && stands(*waiting.holder)) &&
      !(waiting.sharers != nullptr &&
        std::any_of(waiting.sharers->begin(), waiting.sharers->end(), stands))) {
    return;
  }
  std::string circle = me.name + " waits for " + describe(waiting);
  std::vector<const Fiber*> seen;
  if (find_circle(me, waiting, circle, seen)) {
    record_failure(FailureKind::kDeadlock, &me, circle);
  }
}

/// Follows who waits for whom from `edge` on, until it comes back to `me`; `circle` then tells the way.
bool Engine::find_circle(const Fiber& me, const Waiting& edge, std::string& circle,
                         std::vector<const Fiber*>& seen) const {
  const auto leads_back = [&](const Fiber* holder) {
    if (holder == &me) {
      return true;
    }
    if (holder == nullptr || holder->state != FiberState::kParked ||
        std::find(seen.begin(), seen.end(), holder) != seen.end()) {
      return false;
    }
    seen.push_back(holder);
    const std::size_t so_far = circle.size();
    circle += "; " + holder->name + " waits for " + describe(*holder->waiting);
    if (find_circle(me, *holder->waiting, circle, seen)) {
      return true;
    }
    circle.resize(so_far);
    return false;
  };
  if (edge.holder != nullptr && leads_back(*edge.holder)) {
    return true;
  }
  return edge.sharers != nullptr && std::any_of(edge.sharers->begin(), edge.sharers->end(), leads_back);
}

}  // namespace lockstep::sim
