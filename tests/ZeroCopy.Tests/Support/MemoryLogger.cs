using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ZeroCopy.Tests.Support;

/// <summary>Keeps what is logged: category, level, event and text.</summary>
internal sealed class MemoryLogger : ILoggerFactory
{
    public ConcurrentQueue<(string Category, LogLevel Level, int Event, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(string category, MemoryLogger memory) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            memory.Lines.Enqueue((category, logLevel, eventId.Id, formatter(state, exception)));
    }
}
