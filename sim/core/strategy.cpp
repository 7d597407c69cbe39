// What all strategies share: the set of fibers that could run, and turns in fair order.
#include "sim/core/strategy.h"

#include <string>
#include <string_view>

#include "node/base/assert.h"
#include "sim/core/engine.h"

namespace lockstep::sim {

const char* to_text(OpKind kind) {
  static constexpr const char* kNames[kOpKinds] = {
      "turn",  "start",      "read",       "write",   "load",        "store",           "rmw",
      "fence", "lock",       "try-lock",   "unlock",  "lock-shared", "try-lock-shared", "unlock-shared",
      "wait",  "notify-one", "notify-all", "acquire", "try-acquire", "release",         "spawn",
      "join",  "sleep",      "yield",      "choice"};
  const auto index = static_cast<std::uint8_t>(kind);
  return index < kOpKinds ? kNames[index] : "?";
}

bool read_kind(std::string_view text, OpKind& kind) {
  for (std::uint8_t i = 0; i < kOpKinds; ++i) {
    kind = static_cast<OpKind>(i);
    if (text == to_text(kind)) {
      return true;
    }
  }
  return false;
}

std::string place_text(Place place) {
  const std::uintptr_t line = place >> kPlaceBits;
  if (line == 0) {
    return "";
  }
  const std::uintptr_t name = place & ((std::uintptr_t{1} << kPlaceBits) - 1);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): place_of() has made it of one
  const std::string_view path = reinterpret_cast<const char*>(name);
  if (path.starts_with("/usr/")) {
    return "";
  }
  return std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(line);
}

void Strategy::begin_run() {
  LOCKSTEP_ASSERT_MSG(ready_.empty(), "a run ends before the next begins");
  last_ = nullptr;
  closed_ = 0;
  steps_ = 0;
  decisions_ = 0;
  preemptions_ = 0;
  hash_ = 0;
  turns_on_end_ = 0;
  last_fair_ = 0;
  fair_after_ = fair_limit_;
  fair_turn_ = fair_after_ == 0;
  begin();
}

void Strategy::spawned(const Fiber* /*parent*/, Fiber& /*child*/) {}

std::uint32_t Strategy::choose_value(std::uint32_t bound) {
  const std::uint32_t value = bound > 1 ? draw_value(bound) : 0;
  if (value_sink_ != nullptr && bound > 1) {
    value_sink_->push_back(value);
  }
  return value;
}

void Strategy::pass_fair_limit(Fiber& chosen) {
  fair_turn_ = true;
  if (steps_ >= most_steps_) {
    chosen.engine->fail(FailureKind::kLivelock, "still running after " + std::to_string(steps_) +
                                                    " operations, the last of them fairly");
  }
}

Fiber& Strategy::choose_fairly() {
  Fiber* next = nullptr;
  Fiber* first = ready_.front();
  for (Fiber* fiber : ready_) {
    if (fiber->id < first->id) {
      first = fiber;
    }
    if (fiber->id > last_fair_ && (next == nullptr || fiber->id < next->id)) {
      next = fiber;
    }
  }
  Fiber& chosen = next == nullptr ? *first : *next;
  last_fair_ = chosen.id;
  return chosen;
}

}  // namespace lockstep::sim
