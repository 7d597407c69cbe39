// Numbers that carry their unit as a type, so that a slot is never passed where an interval is wanted.
#pragma once

#include <compare>
#include <cstdint>

namespace lockstep::base {

/// An unsigned 64-bit count of one kind of thing. Construction and reading the number are explicit.
template <typename Tag>
struct Quantity {
  std::uint64_t value = 0;

  constexpr Quantity() = default;
  constexpr explicit Quantity(std::uint64_t number) : value(number) {}

  friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
  constexpr Quantity& operator++() {
    ++value;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, std::uint64_t steps) { return Quantity(a.value + steps); }
  friend constexpr Quantity operator-(Quantity a, std::uint64_t steps) { return Quantity(a.value - steps); }
  /// The distance between two. Requires: a >= b.
  friend constexpr std::uint64_t operator-(Quantity a, Quantity b) { return a.value - b.value; }
};

}  // namespace lockstep::base
