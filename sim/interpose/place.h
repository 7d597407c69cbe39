// Where things lie, said in a way that another build of the program understands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lockstep::interpose {

/// An address, told by what lies there.
struct Place {
  enum Kind : std::uint8_t {
    /// `offset` from where the executable was loaded.
    kGlobal,
    /// `offset` in the `nth` block (from 1) that `thread` allocated.
    kHeap,
    /// `offset` from the upper end of the stack of `thread`.
    kStack,
    /// The thread itself, as what others wait for.
    kThread,
    /// An address.
    kElsewhere
  };
  Kind kind = kElsewhere;
  std::uint32_t thread = 0;
  std::uint64_t nth = 0;
  std::uint64_t offset = 0;
};

[[nodiscard]] Place place_of(std::uintptr_t address);
/// 0 when that block was not allocated yet.
[[nodiscard]] std::uintptr_t address_of_place(const Place& place);

/// "global 4660", "heap 1 3 16", "stack 1 528", "thread 2", "at 7f00".
[[nodiscard]] std::string to_text(const Place& place);
/// The inverse; false when it is no such text.
[[nodiscard]] bool read_place(std::string_view text, Place& place);

}  // namespace lockstep::interpose
