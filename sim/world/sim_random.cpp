// Cuts a node's random words into bytes.
#include "sim/world/sim_random.h"

#include <algorithm>
#include <array>

#include "node/base/bytes.h"

namespace lockstep::sim {

void SimRandom::fill(std::span<std::uint8_t> out) {
  std::array<std::uint8_t, 8> word{};
  while (!out.empty()) {
    base::store_le(next(), word.data());
    const std::size_t count = std::min(out.size(), word.size());
    std::copy_n(word.begin(), count, out.begin());
    out = out.subspan(count);
  }
}

}  // namespace lockstep::sim
