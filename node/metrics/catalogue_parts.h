// The parts of the catalogue, and what they are written with.
#pragma once

#include <string_view>
#include <vector>

#include "node/metrics/catalogue.h"

namespace lockstep::metrics {

/// What leanSpec requires every client to expose.
[[nodiscard]] std::vector<Description> lean_spec();
/// What leanMetrics asks for besides.
[[nodiscard]] std::vector<Description> lean_metrics();
/// What other clients' dashboards show.
[[nodiscard]] std::vector<Description> zeam_names();
/// What nobody else has.
[[nodiscard]] std::vector<Description> own_names();

namespace catalogue_words {

using Names = std::vector<std::string_view>;
using Bounds = std::vector<std::int64_t>;

inline constexpr auto kGauge = Type::kGauge;
inline constexpr auto kCounter = Type::kCounter;
inline constexpr auto kHistogram = Type::kHistogram;
inline constexpr auto kSeconds = Unit::kNanoseconds;
inline constexpr auto kOne = Unit::kOne;

/// The names of an enumeration whose to_string says "unknown" past its end.
template <typename Enum>
Names names_of() {
  Names names;
  while (to_string(static_cast<Enum>(names.size())) != "unknown") {
    names.push_back(to_string(static_cast<Enum>(names.size())));
  }
  return names;
}

inline Bounds microseconds(Bounds bounds) {
  for (std::int64_t& bound : bounds) {
    bound *= 1'000;
  }
  return bounds;
}

inline Bounds milliseconds(Bounds bounds) {
  for (std::int64_t& bound : bounds) {
    bound *= 1'000'000;
  }
  return bounds;
}

}  // namespace catalogue_words
}  // namespace lockstep::metrics
