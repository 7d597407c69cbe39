// Fuzzes the runner of test vectors: whatever JSON a file holds, each fixture ends as a result, never as a
// crash.
#include "tools/vectors/vectors.h"
#include "harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  for (const auto& result : vectors::run_text(fuzz::as_text({data, size}), "input")) {
    fuzz::check(result.message.find('\n') == std::string::npos, "a message is one line");
    fuzz::check(result.message.empty() == (result.outcome == vectors::Outcome::kPassed),
                "only a pass says nothing");
  }
  return 0;
}
