// Blocks laid end to end, freed ones kept poisoned: what was freed is not handed out again while there is
// room.
#include "sim/interpose/memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"

namespace lockstep::interpose {
namespace {

constexpr std::size_t kHeader = 16;
constexpr std::uint32_t kLive = 0x11fe11fe;
constexpr std::uint32_t kDead = 0xdeaddead;
/// Blocks of one class are given out again, oldest first, when the part is used up.
constexpr std::size_t kClasses = 48;
/// Larger blocks are filled up to their first whole page; the pages are given back, and read as zero.
constexpr std::size_t kFilled = 64 * 1024;
constexpr std::uintptr_t kPage = 4096;
/// Blocks from before main are numbered from here on, so that they do not change the numbers of later ones.
constexpr std::uint64_t kFirstBeforeMain = 1'000'000'000;

struct Header {
  std::uint64_t size;
  std::uint32_t state;
  /// From the end of the block before (or the part's begin) to this header.
  std::uint32_t gap;
};
static_assert(sizeof(Header) == kHeader);

struct Part {
  std::size_t used = 0;
  std::size_t snapshot = 0;
  std::uintptr_t first_free[kClasses] = {};
  std::uintptr_t last_free[kClasses] = {};
};

/// A granule of a block to come that is to be shared.
struct Expected {
  std::uint32_t thread;
  std::uint64_t number;
  std::uint64_t offset;
  std::uint32_t object;
};

struct Heap {
  Part parts[kParts];
  std::uint32_t parts_used = 1;
  std::vector<char> image;
  /// How many blocks there were when main began.
  std::uint64_t before_main = 0;
  std::vector<Expected> expected;
};

Heap* heap = nullptr;

std::uintptr_t begin_of(std::uint32_t part) {
  return kHeapBase + part * kPartSize;
}

Header& header_of(std::uintptr_t block) {
  return *reinterpret_cast<Header*>(block - kHeader);
}

std::size_t class_of(std::size_t size) {
  std::size_t found = 0;
  for (std::size_t room = 16; room < size && found + 1 < kClasses; room *= 2) {
    ++found;
  }
  return found;
}

std::uintptr_t take_again(Part& part, std::size_t size) {
  const std::size_t list = class_of(size);
  std::uintptr_t before = 0;
  for (std::uintptr_t block = part.first_free[list]; block != 0;) {
    const std::uintptr_t next = *reinterpret_cast<std::uintptr_t*>(block);
    if (header_of(block).size >= size) {
      (before == 0 ? part.first_free[list] : *reinterpret_cast<std::uintptr_t*>(before)) = next;
      if (next == 0) {
        part.last_free[list] = before;
      }
      header_of(block).state = kLive;
      unpoison(block, header_of(block).size);
      forget_accesses(block, header_of(block).size);
      return block;
    }
    before = block;
    block = next;
  }
  return 0;
}

void keep(Part& part, std::uintptr_t block, std::size_t size) {
  const std::size_t list = class_of(size);
  *reinterpret_cast<std::uintptr_t*>(block) = 0;
  (part.last_free[list] == 0 ? part.first_free[list]
                             : *reinterpret_cast<std::uintptr_t*>(part.last_free[list])) = block;
  part.last_free[list] = block;
}

/// Shows a part's blocks in order to `show` until that says that it has seen enough; false when it never did.
template <typename Show>
bool walk(std::uint32_t part, Show show) {
  const std::uintptr_t end = begin_of(part) + heap->parts[part].used;
  for (std::uintptr_t at = begin_of(part); at < end;) {
    // A gap is zero but for aligned blocks, whose header lies right before them.
    const auto* header = reinterpret_cast<const Header*>(at);
    std::uintptr_t begin = at + kHeader;
    while (header->state != kLive && header->state != kDead && begin < end) {
      begin += 16;
      header = reinterpret_cast<const Header*>(begin - kHeader);
    }
    const std::uintptr_t after = begin + (header->size < 16 ? 16 : header->size + 15) / 16 * 16;
    if (show(begin, *header, after)) {
      return true;
    }
    at = after;
  }
  return false;
}

/// What the block held in earlier schedules must not be seen.
void begin_life(std::uintptr_t block, std::size_t size) {
  const std::uintptr_t first_page = (block + kPage - 1) / kPage * kPage;
  const std::uintptr_t end = block + size;
  const std::uintptr_t last_page = end / kPage * kPage;
  if (size <= kFilled) {
    std::memset(reinterpret_cast<void*>(block), 0xcd, size);
    return;
  }
  std::memset(reinterpret_cast<void*>(block), 0xcd, first_page - block);
  madvise(reinterpret_cast<void*>(first_page), last_page - first_page, MADV_DONTNEED);
  std::memset(reinterpret_cast<void*>(last_page), 0xcd, end - last_page);
}

void share_expected(std::uint32_t thread, std::uintptr_t block) {
  const std::uint64_t number = heap_number(block);
  for (const Expected& expected : heap->expected) {
    if (expected.thread == thread && expected.number == number) {
      share_as(block + expected.offset, expected.object);
    }
  }
}

}  // namespace

void map_heap() {
  void* memory = mmap(reinterpret_cast<void*>(kHeapBase), kPartSize * kParts, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != reinterpret_cast<void*>(kHeapBase)) {
    die("the address space for the heap is taken");
  }
  void* state = mmap(nullptr, sizeof(Heap), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  heap = new (state) Heap;
}

void* heap_allocate(std::size_t size, std::size_t alignment) {
  const std::uint32_t owner = kernel->me == nullptr ? 0 : kernel->me->index;
  Part& part = heap->parts[owner];
  heap->parts_used = owner >= heap->parts_used ? owner + 1 : heap->parts_used;
  if (size > kPartSize) {
    return nullptr;
  }
  const std::size_t room = (size < 16 ? 16 : size + 15) / 16 * 16;
  const std::size_t wanted = alignment < 16 ? 16 : alignment;
  const std::uintptr_t base = begin_of(owner) + part.used;
  const std::uintptr_t block = (base + kHeader + wanted - 1) / wanted * wanted;
  if (block + room > begin_of(owner) + kPartSize) {
    const std::uintptr_t again = wanted == 16 ? take_again(part, room) : 0;
    return reinterpret_cast<void*>(again);
  }
  header_of(block) = {size, kLive, static_cast<std::uint32_t>(block - kHeader - base)};
  part.used = block + room - begin_of(owner);
  poison(block - kHeader, kHeader, kBetweenBlocks);
  poison_tail(block + size, block + room + kHeader);
  begin_life(block, size);
  note_block(block, size, "allocated", nullptr);
  if (!heap->expected.empty()) [[unlikely]] {
    share_expected(owner, block);
  }
  return reinterpret_cast<void*>(block);
}

void heap_free(void* block, const void* pc) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  Header& header = header_of(address);
  if (header.state != kLive) {
    report_bad_free(address, header.state == kDead, pc);
    return;
  }
  if (kernel->running) {
    check_access(address, static_cast<std::uint32_t>(header.size), Access::kWrite | Access::kFree, pc);
  }
  note_block(address, header.size, "freed", pc);
  header.state = kDead;
  poison(address, header.size, kFreed);
  keep(heap->parts[(address - kHeapBase) / kPartSize], address, header.size < 16 ? 16 : header.size);
}

std::size_t heap_size(const void* block) {
  return header_of(reinterpret_cast<std::uintptr_t>(block)).size;
}

bool heap_block(std::uintptr_t address, Block& block) {
  if (!in_heap(address)) {
    return false;
  }
  return walk(static_cast<std::uint32_t>((address - kHeapBase) / kPartSize),
              [&](std::uintptr_t begin, const Header& header, std::uintptr_t after) {
                block = {begin, header.size, header.state == kDead};
                return address < after;
              });
}

void for_each_live_block(const std::function<void(const Block&)>& show) {
  for (std::uint32_t part = 0; part < heap->parts_used; ++part) {
    walk(part, [&](std::uintptr_t begin, const Header& header, std::uintptr_t) {
      if (header.state == kLive) {
        show({begin, header.size, false});
      }
      return false;
    });
  }
}

bool is_of_this_schedule(std::uintptr_t begin) {
  return begin >= begin_of(0) + heap->parts[0].snapshot;
}

std::uint64_t heap_number(std::uintptr_t begin) {
  const auto part = static_cast<std::uint32_t>((begin - kHeapBase) / kPartSize);
  std::uint64_t number = 0;
  walk(part, [&](std::uintptr_t at, const Header&, std::uintptr_t) {
    ++number;
    return at == begin;
  });
  const std::uint64_t before = part == 0 ? heap->before_main : 0;
  return number > before ? number - before : number + kFirstBeforeMain;
}

std::uintptr_t heap_numbered(std::uint32_t thread, std::uint64_t number) {
  const std::uint64_t before = thread == 0 ? heap->before_main : 0;
  number = number > kFirstBeforeMain ? number - kFirstBeforeMain : number + before;
  std::uintptr_t found = 0;
  const bool there = walk(thread, [&](std::uintptr_t at, const Header&, std::uintptr_t) {
    found = at;
    return --number == 0;
  });
  return there ? found : 0;
}

void heap_expect(std::uint32_t thread, std::uint64_t number, std::uint64_t offset, std::uint32_t object) {
  heap->expected.push_back({thread, number, offset, object});
}

void heap_snapshot() {
  Part& part = heap->parts[0];
  part.snapshot = part.used;
  const auto* begin = reinterpret_cast<const char*>(begin_of(0));
  heap->image.assign(begin, begin + part.used);
  walk(0, [&](std::uintptr_t, const Header&, std::uintptr_t) {
    ++heap->before_main;
    return false;
  });
}

void heap_restore() {
  for (std::uint32_t i = 0; i < heap->parts_used; ++i) {
    Part& part = heap->parts[i];
    part.used = part.snapshot;
    std::memset(part.first_free, 0, sizeof part.first_free);
    std::memset(part.last_free, 0, sizeof part.last_free);
  }
  heap->parts_used = 1;
  std::memcpy(reinterpret_cast<void*>(begin_of(0)), heap->image.data(), heap->image.size());
}

}  // namespace lockstep::interpose
