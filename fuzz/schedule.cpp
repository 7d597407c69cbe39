// Fuzzes the reader of stored schedules.
#include "sim/race/schedule.h"
#include "harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  const auto schedule = race::parse_schedule(fuzz::as_text({data, size}));
  if (!schedule) {
    const std::string& reason = schedule.error().reason;
    fuzz::check(!reason.empty() && reason.find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  const auto again = race::parse_schedule(race::to_text(*schedule));
  fuzz::check(again.has_value() && *again == *schedule, "parse_schedule(to_text(s)) == s");
  return 0;
}
