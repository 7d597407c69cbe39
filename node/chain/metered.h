// Timing a piece of work through the Meter.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "node/runtime/meter.h"

namespace lockstep::chain {

/// Does `work()` between the meter's begin and end, and returns what it returns. Not a guard object: the end
/// of a span may let others run, which a destructor must not do. If `work` throws, the span stays open, as
/// the run is over.
template <typename F>
auto metered(runtime::Meter& meter, runtime::Work kind, std::uint64_t units, F&& work) {
  const std::uint64_t token = meter.begin(kind);
  if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
    std::forward<F>(work)();
    meter.end(kind, token, units);
  } else {
    auto result = std::forward<F>(work)();
    meter.end(kind, token, units);
    return result;
  }
}

}  // namespace lockstep::chain
