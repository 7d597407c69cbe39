// What our own detector knows of a race, handed to those who tell it.
#include "sim/watch/telling.h"
#include "sim/watch/watch.h"

namespace lockstep::watch {
namespace {

std::string locks_text(const std::vector<race::HeldLock>& locks) {
  std::string text;
  for (const race::HeldLock& held : locks) {
    const std::uint32_t number = watch->lock_numbers.find(held.lock);
    text += text.empty() ? "holding " : ", ";
    text += number == race::FlatMap::kMissing ? "a lock" : watch->lock_names[number];
    text += held.mode == race::LockMode::kShared ? " (shared)" : "";
  }
  return text.empty() ? "holding nothing" : text;
}

RawSide raw_side_of(const race::RaceAccess& access) {
  RawSide side;
  side.what = what_of(access.write, access.atomic);
  side.thread = access.thread < watch->names.size() ? watch->names[access.thread].c_str() : "somebody";
  side.locks = locks_text(access.locks);
  const auto add = [&](std::uint32_t offset) {
    if (offset != 0) {
      side.addresses.push_back(program_base + offset);
    }
  };
  add(static_cast<std::uint32_t>(access.site));
  for (const std::uint32_t caller : watch->paths.callers(static_cast<std::uint32_t>(access.site >> 32))) {
    add(caller);
  }
  return side;
}

}  // namespace

void tell_race() {
  if (listener.hearing != nullptr) {
    const race::Race& race = watch->detector.races().back();
    listener.hearing(listener.who, tell(raw_side_of(race.earlier), raw_side_of(race.later)));
  }
}

}  // namespace lockstep::watch
