// Fuzzes the reader of plans.
#include "sim/cluster/plan.h"
#include "harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  const auto plan = cluster::read_plan(fuzz::as_text({data, size}));
  if (!plan) {
    fuzz::check(!plan.error().empty() && plan.error().find('\n') == std::string::npos,
                "an error is one line");
    return 0;
  }
  const auto again = cluster::read_plan(cluster::write_plan(*plan));
  fuzz::check(again.has_value() && *again == *plan, "read_plan(write_plan(p)) == p");
  return 0;
}
