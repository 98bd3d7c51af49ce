#pragma once
#include <sys/epoll.h>
#include <time.h>
