// A program that asks for what is not modelled, and is refused by that name.
#include <sys/socket.h>

int main() {
  return socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 0;
}
