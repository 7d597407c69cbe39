// Copies of glibc's thread block on x86-64, so that every module's thread_local works as on a thread of its
// own.
#include "sim/interpose/thread_block.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"

namespace lockstep::interpose {
namespace {

/// A module's part of the block, as its file initialises it.
struct Image {
  std::size_t offset;
  std::vector<char> bytes;
};

/// An entry of glibc's dtv: where __tls_get_addr() finds a module.
struct Entry {
  std::uint64_t value;
  std::uint64_t to_free;
};

struct Layout {
  std::size_t size = 0;
  std::size_t below = 0;
  std::vector<char> first;
  std::vector<Image> images;
  std::vector<Entry> modules;
  std::vector<char*> blocks;
  bool fast = false;
};

Layout* layout = nullptr;

constexpr std::size_t kSelf = 0x10;
constexpr std::size_t kDtv = 8;

int add_module(dl_phdr_info* info, std::size_t, void* argument) {
  auto& known = *static_cast<Layout*>(argument);
  const bool keep_state = std::strstr(info->dlpi_name, "libc.so") != nullptr ||
                          std::strstr(info->dlpi_name, "ld-linux") != nullptr;
  if (info->dlpi_tls_data == nullptr || keep_state) {
    return 0;
  }
  const std::uint64_t low = get_thread_pointer() - known.below;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    const auto at = reinterpret_cast<std::uint64_t>(info->dlpi_tls_data);
    if (header.p_type != PT_TLS || at < low || at + header.p_memsz > low + known.size) {
      continue;
    }
    Image image{at - low, std::vector<char>(header.p_memsz)};
    std::memcpy(image.bytes.data(), reinterpret_cast<const void*>(info->dlpi_addr + header.p_vaddr),
                header.p_filesz);
    known.images.push_back(std::move(image));
  }
  return 0;
}

void read_dtv(Layout& known, std::uint64_t pointer) {
  const auto* dtv = *reinterpret_cast<Entry* const*>(pointer + kDtv);
  const std::uint64_t length = dtv[-1].value;
  known.modules.assign(dtv - 1, dtv + length + 1);
}

}  // namespace

std::uint64_t get_thread_pointer() {
  std::uint64_t pointer = 0;
  asm("movq %%fs:0, %0" : "=r"(pointer));
  return pointer;
}

void set_thread_pointer(std::uint64_t pointer) {
  if (layout->fast) [[likely]] {
    asm volatile("wrfsbase %0" : : "r"(pointer) : "memory");
  } else {
    constexpr long kSetFs = 0x1002;
    long result = SYS_arch_prctl;
    asm volatile("syscall" : "+a"(result) : "D"(kSetFs), "S"(pointer) : "rcx", "r11", "memory");
  }
}

void learn_thread_block() {
  layout = new Layout;
  constexpr unsigned long kFsGsBase = 2;
  layout->fast = (getauxval(AT_HWCAP2) & kFsGsBase) != 0;
  using Info = void (*)(std::size_t*, std::size_t*);
  const auto info = reinterpret_cast<Info>(dlsym(RTLD_DEFAULT, "_dl_get_tls_static_info"));
  const auto* control = static_cast<const unsigned*>(dlsym(RTLD_DEFAULT, "_thread_db_sizeof_pthread"));
  if (info == nullptr || control == nullptr) {
    die("this C library does not tell its thread layout: thread_local cannot be simulated");
  }
  std::size_t alignment = 0;
  info(&layout->size, &alignment);
  layout->below = layout->size - (*control + alignment - 1) / alignment * alignment;
  const std::uint64_t pointer = get_thread_pointer();
  const auto* low = reinterpret_cast<const char*>(pointer - layout->below);
  layout->first.assign(low, low + layout->size);
  dl_iterate_phdr(&add_module, layout);
  read_dtv(*layout, pointer);
  layout->blocks.resize(kMaxThreads);
}

ThreadBlock thread_block(std::uint32_t index) {
  const auto begin = reinterpret_cast<std::uintptr_t>(layout->blocks[index]);
  return {begin, begin + layout->size};
}

std::uint64_t make_thread_block(std::uint32_t index) {
  char*& block = layout->blocks[index];
  const std::size_t entries = layout->modules.size() * sizeof(Entry);
  const std::size_t room = (layout->size + 4095) / 4096 * 4096;
  if (block == nullptr) {
    void* memory = mmap(nullptr, room + entries, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      die("no memory for thread_local variables");
    }
    block = static_cast<char*>(memory);
  }
  std::memcpy(block, layout->first.data(), layout->size);
  if (index != 0) {
    for (const Image& image : layout->images) {
      std::memcpy(block + image.offset, image.bytes.data(), image.bytes.size());
    }
  }
  const auto pointer = reinterpret_cast<std::uint64_t>(block + layout->below);
  const std::uint64_t original = kernel->explorer_pointer;
  auto* modules = reinterpret_cast<Entry*>(block + room);
  std::memcpy(modules, layout->modules.data(), entries);
  for (std::size_t i = 2; i < layout->modules.size(); ++i) {
    if (modules[i].value >= original - layout->below && modules[i].value < original + layout->size) {
      modules[i].value += pointer - original;
    }
  }
  const Entry* dtv = modules + 1;
  std::memcpy(block + layout->below, &pointer, sizeof pointer);
  std::memcpy(block + layout->below + kSelf, &pointer, sizeof pointer);
  std::memcpy(block + layout->below + kDtv, &dtv, sizeof dtv);
  return pointer;
}

}  // namespace lockstep::interpose
