// Connections: how links are laid, opened, closed and opened again.
#include <algorithm>

#include "node/base/assert.h"
#include "sim/world/network.h"

namespace lockstep::sim {

void Network::build_links(const Topology& topology) {
  std::vector<Edge> directed;
  directed.reserve(2 * topology.size());
  for (const Edge& edge : topology) {
    LOCKSTEP_ASSERT_MSG(edge.one < nodes() && edge.other < nodes() && edge.one != edge.other,
                        "an edge joins two different nodes of the network");
    directed.push_back(edge);
    directed.push_back({edge.other, edge.one});
  }
  std::sort(directed.begin(), directed.end(),
            [](const Edge& a, const Edge& b) { return a.one != b.one ? a.one < b.one : a.other < b.other; });
  LOCKSTEP_ASSERT_MSG(std::adjacent_find(directed.begin(), directed.end()) == directed.end(),
                      "an edge is given once");
  links_.resize(directed.size());
  for (LinkIndex index = 0; index < links_.size(); ++index) {
    Endpoint& endpoint = endpoints_[directed[index].one];
    endpoint.first_link = endpoint.links == 0 ? index : endpoint.first_link;
    ++endpoint.links;
    links_[index].from = directed[index].one;
    links_[index].to = directed[index].other;
    links_[index].base = draw_base(options_.latency, links_[index].from, links_[index].to);
  }
  for (LinkIndex index = 0; index < links_.size(); ++index) {
    Link& link = links_[index];
    link.reverse = find_link(link.to, link.from);
    link.reverse_slot = link.reverse - endpoints_[link.to].first_link;
  }
}

std::int64_t Network::draw_base(const LatencyLaw& law, NodeIndex from, NodeIndex to) {
  const std::uint64_t pair = (std::uint64_t{std::min(from, to)} << 32) | std::max(from, to);
  if (law.base_low == law.base_high) {
    return law.base_low.count();
  }
  return engine_.choices()
      .between({ChoiceDomain::kNetwork, pair, kPairBasePurpose, 0}, law.base_low, law.base_high)
      .count();
}

Network::LinkIndex Network::find_link(NodeIndex from, NodeIndex to) const {
  const Endpoint& endpoint = endpoints_.at(from);
  const auto begin = links_.begin() + endpoint.first_link;
  const auto end = begin + endpoint.links;
  const auto found =
      std::lower_bound(begin, end, to, [](const Link& link, NodeIndex node) { return link.to < node; });
  return found == end || found->to != to ? kNone : static_cast<LinkIndex>(found - links_.begin());
}

void Network::set_latency(NodeIndex from, NodeIndex to, const LatencyLaw& law) {
  check_law(law);
  const LinkIndex index = find_link(from, to);
  LOCKSTEP_ASSERT_MSG(index != kNone, "only neighbours have a link");
  laws_.push_back(law);
  links_[index].law = static_cast<std::uint32_t>(laws_.size() - 1);
  links_[index].base = draw_base(law, from, to);
}

Network::LinkIndex Network::find_open(NodeIndex from, runtime::PeerId peer) const {
  const Endpoint& endpoint = endpoints_[from];
  const std::uint64_t slot = (peer.value & 0xffffffff) - 1;
  if (slot >= endpoint.links) {
    return kNone;
  }
  const auto index = static_cast<LinkIndex>(endpoint.first_link + slot);
  const Link& link = links_[index];
  return link.open_here && link.connection == peer.value >> 32 ? index : kNone;
}

void Network::announce(LinkIndex index, Inbox::Kind kind) {
  const Link& link = links_[index];
  Endpoint& endpoint = endpoints_[link.from];
  record(engine_.trace(), node_lane(link.from),
         kind == Inbox::Kind::kConnected ? WorldTrace::kConnected : WorldTrace::kDisconnected, link.to,
         link.connection);
  endpoint.inbox.push(nullptr, peer_id(link.connection, index - endpoint.first_link), link.to, kind);
  wake(endpoint);
}

void Network::set_open(LinkIndex index, bool open) {
  links_[index].open_here = open;
  links_[links_[index].reverse].open_there = open;
  closings_ += open ? 0 : 1;
}

void Network::connect_if_possible(LinkIndex index) {
  Link& link = links_[index];
  Link& back = links_[link.reverse];
  const bool both_there = endpoints_[link.from].attached && endpoints_[link.to].attached;
  if (!both_there || link.open_here || back.open_here || !is_reachable(link.from, link.to)) {
    return;
  }
  ++figures_.connections;
  back.connection = ++link.connection;
  set_open(index, true);
  set_open(link.reverse, true);
  announce(index, Inbox::Kind::kConnected);
  announce(link.reverse, Inbox::Kind::kConnected);
}

void Network::attach(NodeIndex node) {
  Endpoint& endpoint = endpoints_.at(node);
  LOCKSTEP_ASSERT_MSG(!endpoint.attached, "a node has one transport at a time");
  endpoint.attached = true;
  for (std::uint32_t slot = 0; slot < endpoint.links; ++slot) {
    connect_if_possible(endpoint.first_link + slot);
  }
}

void Network::detach(NodeIndex node) {
  Endpoint& endpoint = endpoints_.at(node);
  endpoint.attached = false;
  endpoint.interrupted = false;
  endpoint.inbox.clear();
  for (std::uint32_t slot = 0; slot < endpoint.links; ++slot) {
    const LinkIndex index = endpoint.first_link + slot;
    if (links_[index].open_here) {
      ++figures_.disconnections;
      set_open(index, false);
      tell_far_end(index);
    }
  }
}

void Network::close_here(LinkIndex index) {
  ++figures_.disconnections;
  set_open(index, false);
  announce(index, Inbox::Kind::kDisconnected);
}

void Network::disconnect(NodeIndex node, runtime::PeerId peer) {
  const LinkIndex index = find_open(node, peer);
  if (index != kNone) {
    close_here(index);
    tell_far_end(index);
  }
}

/// The end of a connection travels behind its last frame, and is not lost: it is a time-out if need be.
void Network::tell_far_end(LinkIndex index) {
  const Link& link = links_[index];
  const std::int64_t arrival = std::max(nanoseconds(engine_.now()) + link.base, link.last_arrival);
  engine_.call_at(at_nanoseconds(arrival),
                  Event::call<&Network::on_far_end_told>(
                      *this, node_lane(link.to), static_cast<std::uint32_t>(WorldTrace::kDisconnected),
                      link.reverse, link.connection));
}

void Network::on_far_end_told(std::uint64_t index, std::uint64_t connection) {
  const auto back = static_cast<LinkIndex>(index);
  if (links_[back].open_here && links_[back].connection == connection) {
    close_here(back);
  }
  redial_later(back);
}

void Network::redial_later(LinkIndex index) {
  if (options_.redial.count() > 0) {
    engine_.call_at(engine_.now() + options_.redial,
                    Event::call<&Network::on_redial>(*this, node_lane(links_[index].from),
                                                     static_cast<std::uint32_t>(WorldTrace::kRedial), index));
  }
}

void Network::on_redial(std::uint64_t index, std::uint64_t) {
  connect_if_possible(static_cast<LinkIndex>(index));
}

}  // namespace lockstep::sim
