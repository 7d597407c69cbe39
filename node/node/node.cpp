// The handle of a node.
#include "node/node/node.h"

#include "node/node/core.h"

namespace lockstep::node {

Node::Node(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
           const crypto::AggregateProver& prover, chain::Events& events, const Config& config)
    : core_(std::make_unique<Core>(runtime, scheme, prover, events, config)) {}

Node::~Node() = default;

void Node::start() {
  core_->start();
}

void Node::stop() {
  core_->stop();
}

void Node::request_stop() {
  core_->request_stop();
}

Status Node::status() const {
  return core_->status();
}

const chain::ChainReader& Node::reader() const {
  return core_->reader();
}

const networking::ConnectedPeers& Node::peers() const {
  return core_->peers();
}

void Node::visit_locks(const std::function<void(const char*, const locking::LockTimes&)>& visit) const {
  core_->visit_locks(visit);
}

runtime::Atomic<bool>& Node::aggregator_role() {
  return core_->aggregator_role();
}

std::uint64_t Node::store_digest(bool whole) const {
  return core_->store_digest(whole);
}

}  // namespace lockstep::node
