// What libstdc++ compiles for itself and programs race on: strings before C++20, links of lists, trees.
#include <list>
#include <map>
#include <memory_resource>
#include <string>
#include <utility>

#include "sim/interpose/kernel.h"

// These take the place of the library's in every program: its accesses become those of the program.
template class std::basic_string<char>;
template class std::basic_string<wchar_t>;

namespace std {
namespace __detail {

void _List_node_base::_M_hook(_List_node_base* const position) noexcept {
  _M_next = position;
  _M_prev = position->_M_prev;
  position->_M_prev->_M_next = this;
  position->_M_prev = this;
}

void _List_node_base::_M_unhook() noexcept {
  _List_node_base* const next = _M_next;
  _List_node_base* const previous = _M_prev;
  previous->_M_next = next;
  next->_M_prev = previous;
}

void _List_node_base::_M_transfer(_List_node_base* const first, _List_node_base* const last) noexcept {
  if (this == last) {
    return;
  }
  last->_M_prev->_M_next = this;
  first->_M_prev->_M_next = last;
  _M_prev->_M_next = first;
  _List_node_base* const before = _M_prev;
  _M_prev = last->_M_prev;
  last->_M_prev = first->_M_prev;
  first->_M_prev = before;
}

void _List_node_base::_M_reverse() noexcept {
  _List_node_base* node = this;
  do {
    std::swap(node->_M_next, node->_M_prev);
    node = node->_M_prev;
  } while (node != this);
}

void _List_node_base::swap(_List_node_base& a, _List_node_base& b) noexcept {
  const bool a_empty = a._M_next == &a;
  const bool b_empty = b._M_next == &b;
  std::swap(a._M_next, b._M_next);
  std::swap(a._M_prev, b._M_prev);
  const auto settle = [](_List_node_base& list, bool empty) {
    if (empty) {
      list._M_next = list._M_prev = &list;
    } else {
      list._M_next->_M_prev = list._M_prev->_M_next = &list;
    }
  };
  settle(a, b_empty);
  settle(b, a_empty);
}

}  // namespace __detail
}  // namespace std

namespace {

/// Tells of a change to a node's links, which the library's own code is about to make.
void touch(std::_Rb_tree_node_base* node) {
  if (node != nullptr) {
    auto* volatile* parent = &node->_M_parent;
    *parent = *parent;
  }
}

using Insert = void (*)(bool, std::_Rb_tree_node_base*, std::_Rb_tree_node_base*, std::_Rb_tree_node_base&);
using Erase = std::_Rb_tree_node_base* (*)(std::_Rb_tree_node_base*, std::_Rb_tree_node_base&);

}  // namespace

// Where this is defined, the table of its virtual functions is made: of those that are told of.
std::pmr::monotonic_buffer_resource::~monotonic_buffer_resource() {
  release();
}

namespace std {

void _Rb_tree_insert_and_rebalance(bool left, _Rb_tree_node_base* node, _Rb_tree_node_base* parent,
                                   _Rb_tree_node_base& header) noexcept {
  touch(parent);
  touch(&header);
  reinterpret_cast<Insert>(lockstep::interpose::kernel->tree_insert)(left, node, parent, header);
}

_Rb_tree_node_base* _Rb_tree_rebalance_for_erase(_Rb_tree_node_base* node,
                                                 _Rb_tree_node_base& header) noexcept {
  touch(node);
  touch(node->_M_parent);
  touch(&header);
  return reinterpret_cast<Erase>(lockstep::interpose::kernel->tree_erase)(node, header);
}

}  // namespace std
