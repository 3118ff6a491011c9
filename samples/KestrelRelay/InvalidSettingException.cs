namespace KestrelRelaySample;

/// <summary>The configuration has a relay that cannot be: the message says what is wrong, and where.</summary>
internal sealed class InvalidSettingException(string message, Exception? innerException = null) : Exception(message, innerException);
