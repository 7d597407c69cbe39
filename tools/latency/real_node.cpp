// Wiring a node to the operating system, and noting what it reports.
#include "tools/latency/real_node.h"

#include <algorithm>

#include "node/base/assert.h"
#include "node/spec/slot_clock.h"

namespace lockstep::latency {
namespace {

/// Those that are not zero, by name.
template <typename Name, std::size_t Size>
std::map<std::string, std::uint64_t> named(const std::array<std::atomic<std::uint64_t>, Size>& counts) {
  std::map<std::string, std::uint64_t> out;
  for (std::size_t i = 0; i < Size; ++i) {
    if (const std::uint64_t count = counts[i]; count > 0) {
      out.emplace(to_string(static_cast<Name>(i)), count);
    }
  }
  return out;
}

std::unique_ptr<real::TcpTransport> open_tcp(const std::string& network, const std::string& dial) {
  real::TcpOptions options{.network = network, .listen = "127.0.0.1:0", .dial = {}};
  if (!dial.empty()) {
    options.dial.push_back(dial);
  }
  auto opened = real::TcpTransport::open(options);
  LOCKSTEP_ASSERT_MSG(opened.has_value(), "loopback can be listened on");
  return std::move(*opened);
}

}  // namespace

void Watch::tick_happened(const chain::TickHappened& tick) {
  if (tick.interval < first_) {
    return;
  }
  constexpr base::Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  // Intervals that were jumped over are as late as they are old.
  for (std::uint64_t i = 0; i <= tick.skipped; ++i) {
    lateness_.push_back(tick.lateness + i * kInterval);
  }
}

void Watch::vote_handled(const chain::VoteHandled& vote) {
  ++votes_[static_cast<std::size_t>(vote.outcome)];
}

void Watch::message_dropped(const chain::MessageDropped& dropped) {
  ++drops_[static_cast<std::size_t>(dropped.reason)];
}

std::vector<base::Duration> Watch::sorted() const {
  std::vector<base::Duration> out = lateness_;
  std::ranges::sort(out);
  return out;
}

std::map<std::string, std::uint64_t> Watch::votes() const {
  return named<chain::VoteOutcome>(votes_);
}

std::map<std::string, std::uint64_t> Watch::drops() const {
  return named<chain::Drop>(drops_);
}

RealNode::RealNode(const Seams& seams, spec::Interval watched_from, const std::string& dial,
                   const node::Config& config)
    : scheduler(seams.is_main_urgent ? "main" : ""),
      watch(watched_from),
      tcp(open_tcp(config.network_name, dial)),
      node({.clock = seams.clock,
            .scheduler = scheduler,
            .sync = nullptr,
            .transport = *tcp,
            .random = random,
            .meter = meter},
           seams.scheme, seams.prover, watch, config) {}

}  // namespace lockstep::latency
