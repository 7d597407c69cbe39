// Cutting failing schedules down.
#include "sim/interpose/minimise.h"

#include "sim/interpose/kernel.h"

namespace lockstep::interpose {

std::string fingerprint(const Failure& failure) {
  std::string text = failure.kind;
  for (const Site& site : failure.sites) {
    text += "|" + std::to_string(site.stack.empty() ? 0 : reinterpret_cast<std::uintptr_t>(site.stack[0]));
  }
  return text;
}

Story minimise(const Failure&, const std::vector<sim::Step>&, const std::vector<std::uint32_t>&) {
  return {};
}

}  // namespace lockstep::interpose
