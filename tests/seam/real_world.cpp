// Builds nodes' seams from node/real, connected over loopback.
#include "real_world.h"

#include <chrono>
#include <memory>

#include "node/base/assert.h"
#include "node/real/os_scheduler.h"
#include "node/real/stopwatch_meter.h"
#include "node/real/system_clock.h"
#include "node/real/system_random.h"
#include "node/real/tcp_transport.h"

namespace lockstep::seam {
namespace {

struct RealNode {
  real::SystemClock clock;
  real::OsScheduler scheduler;
  real::SystemRandom random;
  real::StopwatchMeter meter;
  std::unique_ptr<real::TcpTransport> transport;
};

std::unique_ptr<real::TcpTransport> open_transport(const std::vector<std::string>& dial) {
  real::TcpOptions options;
  options.network = "seam";
  options.listen = "127.0.0.1:0";
  options.dial = dial;
  options.redial_min = std::chrono::milliseconds(20);
  auto opened = real::TcpTransport::open(options);
  LOCKSTEP_ASSERT_MSG(opened.has_value(), "loopback can be listened on");
  return *std::move(opened);
}

}  // namespace

void run_in_real_world(std::size_t nodes, const std::function<void(Seams&)>& body) {
  std::vector<std::unique_ptr<RealNode>> owned;
  std::vector<std::string> addresses;
  Seams seams;
  for (std::size_t i = 0; i < nodes; ++i) {
    auto& node = *owned.emplace_back(std::make_unique<RealNode>());
    node.transport = open_transport(addresses);
    addresses.push_back("127.0.0.1:" + std::to_string(node.transport->listen_port()));
    seams.nodes.push_back({.clock = node.clock,
                           .scheduler = node.scheduler,
                           .sync = nullptr,
                           .transport = *node.transport,
                           .random = node.random,
                           .meter = node.meter});
  }
  body(seams);
}

}  // namespace lockstep::seam
