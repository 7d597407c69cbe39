// Saving and restoring .data and .bss of the executable; what the linker made read-only after start is left
// out.
#include "sim/interpose/snapshot.h"

#include <link.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "sim/interpose/report.h"

namespace lockstep::interpose {
namespace {

struct Range {
  char* begin = nullptr;
  std::size_t size = 0;
  char* copy = nullptr;
};

// Set before the snapshot is taken, so that restoring it leaves it alone.
std::vector<Range>* ranges = nullptr;

int find_data(dl_phdr_info* info, std::size_t, void*) {
  std::uintptr_t protected_end = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type == PT_GNU_RELRO) {
      protected_end = info->dlpi_addr + header.p_vaddr + header.p_memsz;
    }
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) {
      continue;
    }
    std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (protected_end > begin && protected_end < end) {
      begin = protected_end;
    }
    if (protected_end < end) {
      ranges->push_back({reinterpret_cast<char*>(begin), end - begin, nullptr});
    }
  }
  return 1;
}

int find_base(dl_phdr_info* info, std::size_t, void* base) {
  *static_cast<std::uintptr_t*>(base) = info->dlpi_addr;
  return 1;
}

}  // namespace

std::uintptr_t program_base() {
  std::uintptr_t base = 0;
  dl_iterate_phdr(&find_base, &base);
  return base;
}

void take_snapshot() {
  ranges = new std::vector<Range>;
  dl_iterate_phdr(&find_data, nullptr);
  for (Range& range : *ranges) {
    range.copy = new char[range.size];
  }
  for (const Range& range : *ranges) {
    std::memcpy(range.copy, range.begin, range.size);
  }
}

bool in_program_data(std::uintptr_t address) {
  for (const Range& range : *ranges) {
    if (address - reinterpret_cast<std::uintptr_t>(range.begin) < range.size) {
      return true;
    }
  }
  return false;
}

void for_each_data_range(const std::function<void(std::uintptr_t, std::uintptr_t)>& show) {
  for (const Range& range : *ranges) {
    const auto begin = reinterpret_cast<std::uintptr_t>(range.begin);
    show(begin, begin + range.size);
  }
}

void restore_snapshot() {
  for (const Range& range : *ranges) {
    std::memcpy(range.begin, range.copy, range.size);
  }
}

}  // namespace lockstep::interpose
