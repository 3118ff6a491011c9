namespace SniProxySample;

/// <summary>What the first bytes of a client are.</summary>
internal enum HelloKind
{
    /// <summary>The beginning of a hello: nothing is wrong so far.</summary>
    Incomplete,

    /// <summary>A hello that names a server.</summary>
    Named,

    /// <summary>A hello that names none.</summary>
    Nameless,

    /// <summary>It began as TLS does, and then was no hello.</summary>
    Malformed,

    /// <summary>Something else, such as HTTP.</summary>
    NotTls,
}
