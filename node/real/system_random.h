// Entropy of the operating system.
#pragma once

#include <array>
#include <cstddef>
#include <mutex>

#include "node/runtime/random.h"

namespace lockstep::real {

/// getrandom(2), read in small blocks. Bytes that were handed out are wiped from the block.
class SystemRandom final : public runtime::Random {
 public:
  [[nodiscard]] std::uint64_t next() override;
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::mutex mutex_;
  std::array<std::uint8_t, 256> block_{};
  std::size_t left_ = 0;
};

}  // namespace lockstep::real
