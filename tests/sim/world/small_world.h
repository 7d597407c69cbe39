// A few nodes on one network, and what they received when.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/engine.h"
#include "sim/world/network.h"
#include "sim/world/sim_transport.h"

namespace lockstep::sim {

/// A frame of `size` bytes that begins with `number`.
runtime::Frame numbered(std::uint32_t number, std::size_t size = 16);
std::uint32_t number_of(const runtime::Frame& frame);

/// What one node received, with times.
struct Received {
  Time time;
  NodeIndex from = 0;
  std::uint32_t number = 0;
  friend bool operator==(const Received&, const Received&) = default;
};

/// Nodes whose one fiber receives for ever and notes everything.
class SmallWorld {
 public:
  SmallWorld(NodeIndex nodes, const NetworkOptions& options, std::uint64_t seed = 1);
  SmallWorld(NodeIndex nodes, const Topology& topology, const NetworkOptions& options,
             std::uint64_t seed = 1);
  ~SmallWorld();

  /// Sends from outside of all fibers; the outcome is kClosed when the two are not connected.
  runtime::SendOutcome send(NodeIndex from, NodeIndex to, const runtime::Frame& frame);
  /// Lets everything due in the next `span` happen.
  void pass(base::Duration span) { engine.run_until(engine.now() + span); }

  /// The name of `other` at `node`, while they are connected.
  [[nodiscard]] std::optional<runtime::PeerId> peer(NodeIndex node, NodeIndex other) const;
  /// The numbers that `node` received, in order.
  [[nodiscard]] std::vector<std::uint32_t> numbers(NodeIndex node) const;
  /// "connected 1", "disconnected 1" …, as `node` was told.
  [[nodiscard]] const std::vector<std::string>& news(NodeIndex node) const { return nodes_[node]->news; }
  [[nodiscard]] const std::vector<Received>& received(NodeIndex node) const { return nodes_[node]->received; }

  /// Ends the node's transport and fiber, as a crash does.
  void crash(NodeIndex node);
  /// Gives it others.
  void start(NodeIndex node);

  Choices choices;
  Engine engine;
  Network network;

 private:
  struct Node {
    std::unique_ptr<SimTransport> transport;
    std::vector<std::optional<runtime::PeerId>> peers;
    std::vector<Received> received;
    std::vector<std::string> news;
  };

  void receive_for_ever(Node& node);

  ExactTime time_;
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace lockstep::sim
