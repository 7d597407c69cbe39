// Fuzzes the HTTP API behind HTTP: methods, targets and bodies of any bytes. The first byte chooses the
// method and which port was asked; a line end parts target and body.
#include <array>
#include <memory>

#include "harness.h"
#include "node/api/handlers.h"
#include "node/api/reader_source.h"
#include "node/real/os_scheduler.h"
#include "node/spec/genesis.h"
#include "seams.h"

namespace {

using namespace lockstep;

constexpr std::array<std::string_view, 4> kMethods{"GET", "POST", "PUT", ""};

std::shared_ptr<const spec::ValidatorRegistry> registry() {
  std::vector<spec::Validator> validators(2);
  validators[1].index = spec::ValidatorIndex(1);
  return std::make_shared<const spec::ValidatorRegistry>(std::move(validators));
}

/// A chain that has just begun, as its readers see it.
struct Genesis {
  Genesis() { chain.ticked({}); }

  fuzz::ManualClock clock;
  real::OsScheduler scheduler;
  std::shared_ptr<const chain::Anchor> anchor = chain::genesis_anchor(1000, registry());
  chain::PublishedChain chain{{.sync = nullptr, .scheduler = scheduler, .clock = clock},
                              {},
                              std::shared_ptr<const spec::State>(anchor, &anchor->state)};
  api::ReaderSource source{chain, anchor, clock};
  runtime::Atomic<bool> role{nullptr, "aggregator role", false};
};

void check_answer(const api::Request& request, const api::Response& answer) {
  const bool is_ok = answer.status == 200;
  fuzz::check(
      is_ok || answer.status == 400 || answer.status == 404 || answer.status == 405 || answer.status == 503,
      "an answer has one of the statuses that there are");
  fuzz::check(!answer.body.empty(), "an answer says something");
  const std::string_view text = fuzz::as_text(answer.body);
  fuzz::check(is_ok || text.find('\n') + 1 == text.size(), "an error is one line");
  fuzz::check(answer.allow.empty() == (answer.status != 405), "a wrong method is told the right ones");
  fuzz::check(answer.retry_after_seconds.has_value() == (answer.status == 503),
              "who may come back is told so");
  fuzz::check(!is_ok || request.method == "GET" || request.method == "POST", "methods are two");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Genesis genesis;
  base::ByteView input(data, size);
  const std::size_t chosen = fuzz::choose(input, 2 * kMethods.size() * 2);
  const base::Bytes copy = fuzz::exact_copy(input.data(), input.size());
  const std::string_view text = fuzz::as_text(copy);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const api::Request request{.method = kMethods[chosen % kMethods.size()],
                             .target = text.substr(0, end),
                             .body = text.substr(std::min(end + 1, text.size()))};
  const bool has_chain = chosen / kMethods.size() % 2 == 0;
  const bool is_metrics_only = chosen / kMethods.size() / 2 == 1;
  const api::Sources sources{.chain = has_chain ? &genesis.source : nullptr, .is_aggregator = &genesis.role};
  const bool role = genesis.role.load();
  const api::Response answer =
      is_metrics_only ? api::handle_metrics_only(request, sources) : api::handle(request, sources);
  check_answer(request, answer);
  fuzz::check(role == genesis.role.load() || (answer.status == 200 && request.method == "POST"),
              "only who is let do it changes the role");
  return 0;
}
