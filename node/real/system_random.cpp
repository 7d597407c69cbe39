// Reads the operating system's entropy.
#include "node/real/system_random.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "node/base/assert.h"
#include "node/base/bytes.h"

namespace lockstep::real {
namespace {

void read_entropy(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      LOCKSTEP_ASSERT_MSG(errno == EINTR, "getrandom fails only when a signal interrupts it");
      continue;
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

std::uint64_t SystemRandom::next() {
  std::array<std::uint8_t, 8> word{};
  fill(word);
  return base::load_le<std::uint64_t>(word.data());
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (out.size() > block_.size()) {
    read_entropy(out);
    return;
  }
  const std::lock_guard lock(mutex_);
  while (!out.empty()) {
    if (left_ == 0) {
      read_entropy(block_);
      left_ = block_.size();
    }
    const std::size_t count = std::min(left_, out.size());
    std::uint8_t* from = block_.data() + (block_.size() - left_);
    std::memcpy(out.data(), from, count);
    std::memset(from, 0, count);
    left_ -= count;
    out = out.subspan(count);
  }
}

}  // namespace lockstep::real
