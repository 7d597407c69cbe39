// Fuzzes the reader of trace trees, which check-determinism takes from other builds.
#include "sim/core/trace_tree.h"
#include "harness.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  const auto tree = sim::parse_trace_tree(fuzz::as_text({data, size}));
  if (!tree) {
    fuzz::check(!tree.error().empty() && tree.error().find('\n') == std::string::npos,
                "an error is one line");
    return 0;
  }
  const auto again = sim::parse_trace_tree(tree->to_text());
  fuzz::check(again.has_value() && *again == *tree, "parse(to_text(tree)) == tree");
  fuzz::check(!sim::first_difference(*tree, *again), "a tree does not differ from itself");
  return 0;
}
