// Runs the receiving fibers of a small world.
#include "small_world.h"

#include <algorithm>

#include "node/base/bytes.h"

namespace lockstep::sim {

runtime::Frame numbered(std::uint32_t number, std::size_t size) {
  base::Bytes bytes(size);
  base::store_le(number, bytes.data());
  return std::make_shared<const base::Bytes>(std::move(bytes));
}

std::uint32_t number_of(const runtime::Frame& frame) {
  return base::load_le<std::uint32_t>(frame->data());
}

SmallWorld::SmallWorld(NodeIndex nodes, const NetworkOptions& options, std::uint64_t seed)
    : SmallWorld(nodes, full_mesh(nodes), options, seed) {}

SmallWorld::SmallWorld(NodeIndex nodes, const Topology& topology, const NetworkOptions& options,
                       std::uint64_t seed)
    : choices(seed), engine(choices), network(engine, nodes, topology, options) {
  for (NodeIndex node = 0; node < nodes; ++node) {
    nodes_.push_back(std::make_unique<Node>());
    nodes_.back()->peers.resize(nodes);
    start(node);
  }
  engine.run_until(engine.now());
}

SmallWorld::~SmallWorld() {
  engine.unwind();
}

void SmallWorld::start(NodeIndex index) {
  Node& node = *nodes_[index];
  node.transport = std::make_unique<SimTransport>(network, index, time_);
  engine.spawn("receiver", node_lane(index), [this, &node] { receive_for_ever(node); });
}

void SmallWorld::crash(NodeIndex index) {
  engine.stop_fibers(node_lane(index));
  engine.run_until(engine.now());
  nodes_[index]->transport.reset();
  std::fill(nodes_[index]->peers.begin(), nodes_[index]->peers.end(), std::nullopt);
}

void SmallWorld::receive_for_ever(Node& node) {
  const auto node_behind = [&](runtime::PeerId peer) {
    const auto found = std::find(node.peers.begin(), node.peers.end(), peer);
    return static_cast<NodeIndex>(found - node.peers.begin());
  };
  while (true) {
    auto event = node.transport->receive(base::Instant::max());
    if (!event) {
      continue;
    }
    if (const auto* frame = std::get_if<runtime::FrameReceived>(&*event)) {
      node.received.push_back({engine.now(), node_behind(frame->peer), number_of(frame->frame)});
    } else if (const auto* up = std::get_if<runtime::PeerConnected>(&*event)) {
      const auto other = static_cast<NodeIndex>(std::stoul(up->address.substr(5)));
      node.peers[other] = up->peer;
      node.news.push_back("connected " + std::to_string(other));
    } else {
      const NodeIndex other = node_behind(std::get<runtime::PeerDisconnected>(*event).peer);
      node.peers.at(other) = std::nullopt;
      node.news.push_back("disconnected " + std::to_string(other));
    }
  }
}

std::optional<runtime::PeerId> SmallWorld::peer(NodeIndex node, NodeIndex other) const {
  return nodes_[node]->peers[other];
}

runtime::SendOutcome SmallWorld::send(NodeIndex from, NodeIndex to, const runtime::Frame& frame) {
  const auto known = peer(from, to);
  return known ? nodes_[from]->transport->send(*known, frame) : runtime::SendOutcome::kClosed;
}

std::vector<std::uint32_t> SmallWorld::numbers(NodeIndex node) const {
  std::vector<std::uint32_t> out;
  for (const Received& each : received(node)) {
    out.push_back(each.number);
  }
  return out;
}

}  // namespace lockstep::sim
