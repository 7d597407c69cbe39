// The program's global variables, as its initialisers left them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace lockstep::interpose {

/// Remembers the writable data of the executable. Called once, before the first schedule.
void take_snapshot();
/// Whether a global variable could lie there.
[[nodiscard]] bool in_program_data(std::uintptr_t address);
void for_each_data_range(const std::function<void(std::uintptr_t begin, std::uintptr_t end)>& show);
/// Goes back to it.
void restore_snapshot();

}  // namespace lockstep::interpose
