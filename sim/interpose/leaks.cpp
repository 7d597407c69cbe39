// Memory that nobody can reach when the program ends: a conservative search from everything that lives.
#include <algorithm>
#include <vector>

#include "sim/interpose/hooks.h"
#include "sim/interpose/memory.h"
#include "sim/interpose/snapshot.h"
#include "sim/interpose/thread_block.h"

namespace lockstep::interpose {
namespace {

struct Found {
  Block block;
  bool reached = false;
};

class Search {
 public:
  Search() {
    for_each_live_block([this](const Block& block) { found_.push_back({block, false}); });
  }

  /// Every aligned word in there may point at a block, or into it.
  void look_through(std::uintptr_t begin, std::uintptr_t end) {
    for (std::uintptr_t at = (begin + 7) & ~std::uintptr_t{7}; at + 8 <= end; at += 8) {
      reach(*reinterpret_cast<const std::uintptr_t*>(at));
    }
  }

  void follow() {
    while (!reached_.empty()) {
      const Block block = reached_.back();
      reached_.pop_back();
      look_through(block.begin, block.begin + block.size);
    }
  }

  [[nodiscard]] std::vector<Block> unreached() const {
    std::vector<Block> lost;
    for (const Found& one : found_) {
      if (!one.reached && is_of_this_schedule(one.block.begin)) {
        lost.push_back(one.block);
      }
    }
    return lost;
  }

 private:
  void reach(std::uintptr_t address) {
    if (!in_heap(address)) {
      return;
    }
    auto after =
        std::upper_bound(found_.begin(), found_.end(), address,
                         [](std::uintptr_t value, const Found& one) { return value < one.block.begin; });
    if (after == found_.begin()) {
      return;
    }
    Found& one = *--after;
    if (!one.reached && address <= one.block.begin + one.block.size) {
      one.reached = true;
      reached_.push_back(one.block);
    }
  }

  /// By address: parts of the heap lie one behind the other.
  std::vector<Found> found_;
  std::vector<Block> reached_;
};

}  // namespace

void look_for_leaks() {
  Search search;
  for_each_data_range([&](std::uintptr_t begin, std::uintptr_t end) { search.look_through(begin, end); });
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    const Thread& thread = kernel->threads[i];
    if (thread.finished) {
      continue;
    }
    const auto sp = &thread == kernel->me
                        ? reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))
                        : reinterpret_cast<std::uintptr_t>(thread.fiber.context.stack_pointer);
    search.look_through(sp, thread.stack_low + kStackSize);
    const ThreadBlock block = thread_block(i);
    search.look_through(block.begin, block.end);
    search.look_through(address_of(&thread.keys[0]), address_of(&thread.keys[0] + thread.keys_end));
    search.look_through(address_of(&thread.argument), address_of(&thread.argument) + sizeof thread.argument);
  }
  search.follow();
  const std::vector<Block> lost = search.unreached();
  if (!lost.empty()) {
    std::size_t bytes = 0;
    for (const Block& block : lost) {
      bytes += block.size;
    }
    report_leak(lost.front(), lost.size(), bytes);
  }
}

}  // namespace lockstep::interpose
